// The page of what is kept on this phone: lists, deletes, renews, and searches inside it.

import { missed, refused, save } from "./save.js";
import { names, read, records, remove, size } from "./store.js";

const root = /** @type {HTMLElement} */ (document.querySelector("[data-saved]"));
const home = new URL(/** @type {string} */ (root.dataset.saved), location.href);
/** A place of the page. @param {string} name */
const at = (name) => /** @type {HTMLElement} */ (root.querySelector(`[data-${name}]`));

/** @param {string} tag @param {Record<string, string>} [said] @param {...(Node | string)} inside */
function h(tag, said = {}, ...inside) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(said)) node.setAttribute(name, value);
  node.append(...inside);
  return node;
}

const day = (/** @type {string} */ iso) => new Date(iso).toLocaleDateString("zh-CN", { year: "numeric", month: "long", day: "numeric" });

/** @param {string} words @param {string} label @param {(button: HTMLButtonElement) => void} act */
function button(words, label, act) {
  const made = /** @type {HTMLButtonElement} */ (h("button", { type: "button", class: "copy", "aria-label": label }, words));
  made.addEventListener("click", () => act(made));
  return made;
}

async function list() {
  const saved = await records(home);
  if (saved.length) {
    at("issues").replaceChildren(...saved.map((record) => {
      const facts = h("small", { role: "status" }, `${record.documents.length} 件，${size(record.bytes)}，${day(record.when)}存`);
      return h(
        "li", { "data-kept": record.address },
        h("a", { href: record.address }, record.label), facts,
        button("更新", `更新${record.label}`, async (made) => {
          made.disabled = true;
          try {
            const { failed } = await save(home, record.address, record.label, (done, all) => (facts.textContent = `${done} / ${all}`));
            await list();
            if (failed) at("size").textContent = record.label + missed(failed);
          } catch (error) {
            facts.textContent = refused(error, true);
            made.disabled = false;
          }
        }),
        button("删除", `删除${record.label}`, async () => {
          await remove(home, record.address);
          await list();
        }),
      );
    }));
  } else at("issues").replaceChildren(h("li", {}, "还没有。打开任意一期公报，点“保存本期”。"));
  const pages = await read(home);
  at("read").replaceChildren(...(pages.length ? pages.map((page) => h("li", {}, h("a", { href: page.url }, page.title), h("small", {}, day(page.when)))) : [h("li", {}, "还没有。")]));
  at("clear").hidden = !pages.length;
  const whole = [...saved, ...pages].reduce((sum, one) => sum + one.bytes, 0);
  at("size").textContent = whole ? `共占 ${size(whole)}。` : "";
  return saved;
}

/** @param {string} text @param {[number, number][]} marks */
function marked(text, marks) {
  const out = [];
  let done = 0;
  for (const [from, to] of marks) {
    if (from < done) continue;
    out.push(text.slice(done, from), h("mark", {}, text.slice(from, to)));
    done = to;
  }
  return [...out, text.slice(done)];
}

/** @param {string} query @param {import("./store.js").Record[]} saved */
async function find(query, saved) {
  const { search } = await import("./find.js");
  const hits = search(query, saved);
  const rows = hits.map((hit) => h(
    "li", { class: "s-hit", "data-saved-hit": "" },
    h("h2", { class: "s-title" }, h("a", { class: "s-link", href: hit.url }, hit.title)),
    h("p", { class: "s-facts" }, ...[hit.number, hit.label].filter(Boolean).map((fact) => h("span", {}, fact))),
    h("p", { class: "s-snippet" }, ...marked(hit.snippet, hit.marks)),
  ));
  const few = saved.length ? "保存的公报里没有找到。" : "还没有保存公报，没有可查的。";
  at("results").replaceChildren(h("p", { "data-count": String(hits.length) }, hits.length ? `在保存的公报里找到 ${hits.length} 件：` : few), h("ol", {}, ...rows));
  at("results").hidden = false;
}

async function begin() {
  const said = new URLSearchParams(location.search);
  const [query, from] = [said.get("q") ?? "", said.get("from")];
  const form = /** @type {HTMLFormElement} */ (root.querySelector("form"));
  form.q.value = query;
  if (!("caches" in window)) {
    at("missing").textContent = "这个浏览器不能保存网页（网站须用 https 打开）。";
    at("missing").hidden = false;
    return;
  }
  const again = from && new URL(from, home);
  if (again && again.origin === home.origin && again.pathname.startsWith(home.pathname)) {
    at("missing").replaceChildren("没有连上网站，这一页也没有存在手机里。", h("a", { href: again.href }, "再试一次"));
    at("missing").hidden = false;
  }
  at("clear").addEventListener("click", async () => {
    await caches.delete(names(home).read);
    await list();
  });
  const saved = await list();
  if (query.trim()) await find(query, saved);
}

begin();
