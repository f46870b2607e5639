// The search page: fills <div id="search" data-index="…/search-index/">. The only module that knows the document.
// Everything shown is set as text; the query and every filter are in the address.

import { Index } from "./index.js";
import { Search } from "./query.js";

const PAGE = 10;
/** @type {Record<string, string>} filter in the address → facet */
const FACETS = { section: "section", authority: "authority", type: "document_type", topic: "topic", issue: "issue" };
/** @type {[string, string][]} */
const SELECTS = [
  ["section", "栏目"],
  ["authority", "发文机关"],
  ["type", "公文种类"],
  ["topic", "主题分类"],
  ["issue", "刊期"],
];
/** @type {Record<string, string>} */
const BADGES = { number: "文号相符", words: "分词匹配", relaxed: "放宽匹配" };

/** @param {string} tag @param {Record<string, any>} [attributes] @param {...(Node | string)} children @returns {any} */
function h(tag, attributes = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value === true) node.setAttribute(name, "");
    else if (value !== false && value != null) node.setAttribute(name, value);
  }
  node.append(...children);
  return node;
}

/** Text with parts of it marked. @param {import("./query.js").Marked} marked */
function marked({ text, marks }) {
  /** @type {(Node | string)[]} */
  const parts = [];
  let at = 0;
  for (const [start, end] of marks) {
    parts.push(text.slice(at, start), h("mark", {}, text.slice(start, end)));
    at = end;
  }
  return [...parts, text.slice(at)];
}

/** "2010-2019", "2010-", "-2019" or "2019" as a range. @param {string} text @returns {[number, number] | undefined} */
function years(text) {
  const match = /^(\d{4})?(-)?(\d{4})?$/.exec(text);
  if (!match || !(match[1] || match[3])) return undefined;
  const from = +(match[1] || 0);
  return [from, match[2] ? +(match[3] || 9999) : from];
}

/** @param {HTMLElement} root */
function mount(root) {
  const address = new URL(root.dataset.index || "search-index/", document.baseURI);
  const home = new URL(root.dataset.home || "../", address);
  // The page may be older than the index: what it says of it is trusted once.
  let given = root.dataset.manifest;
  let index = new Index(address.href, given);
  /** @type {?Search} */
  let search = null;
  let run = 0; // a newer query makes the older ones' answers void

  const input = h("input", {
    type: "search", name: "q", id: "s-query", class: "s-input", autocomplete: "off", maxlength: "2000", enterkeyhint: "search",
    placeholder: "标题、正文或发文字号",
  });
  const from = h("input", { type: "number", class: "s-year", min: "1900", max: "2999", inputmode: "numeric", "aria-label": "起始年份" });
  const to = h("input", { type: "number", class: "s-year", min: "1900", max: "2999", inputmode: "numeric", "aria-label": "截止年份" });
  const options = (/** @type {[string, string][]} */ pairs) => pairs.map(([value, text]) => h("option", { value }, text));
  const kind = h("select", { class: "s-select" }, ...options([["", "全部"], ["document", "文件"], ["page", "PDF 页"]]));
  const sort = h("select", { class: "s-select" }, ...options([["", "相关度"], ["date", "日期（新在前）"]]));
  /** @type {Record<string, any>} */
  const selects = {};
  /** @type {Record<string, any>} */
  const fields = {};
  for (const [name, label] of SELECTS) {
    selects[name] = h("select", { class: "s-select" }, ...options([["", "全部"]]));
    fields[name] = h("label", { class: "s-field" }, label, selects[name]);
  }
  const filters = h(
    "details", { class: "s-filters" },
    h("summary", { class: "s-filters-title" }, "筛选和排序"),
    h(
      "div", { class: "s-fields" },
      h("fieldset", { class: "s-field" }, h("legend", {}, "年份"), from, "—", to),
      ...Object.values(fields),
      h("label", { class: "s-field" }, "类型", kind),
      h("label", { class: "s-field" }, "排序", sort),
      h("button", { type: "button", class: "s-clear" }, "清除筛选"),
    ),
  );
  const form = h(
    "form", { class: "s-form", role: "search", action: location.pathname },
    h("label", { class: "s-label", for: "s-query" }, "检索公报"),
    h("div", { class: "s-bar" }, input, h("button", { type: "submit", class: "s-submit" }, "检索")),
    filters,
  );
  const status = h("p", { class: "s-status", role: "status", "aria-live": "polite" });
  const list = h("ol", { class: "s-list" });
  const more = h("button", { type: "button", class: "s-more", hidden: true }, "更多结果");
  const retry = h("button", { type: "button", class: "s-retry", hidden: true }, "重试");
  const region = h("section", { class: "s-results", "aria-label": "检索结果", "data-state": "done" }, status, list, more, retry);
  root.replaceChildren(form, region);

  /** What the form says, as it stands in the address. */
  function read() {
    const said = new URLSearchParams();
    const set = (/** @type {string} */ name, /** @type {string} */ value) => value && said.set(name, value);
    set("q", input.value.trim());
    if (from.value || to.value) set("year", from.value === to.value ? from.value : `${from.value}-${to.value}`);
    for (const [name] of SELECTS) set(name, selects[name].value);
    set("kind", kind.value);
    set("sort", sort.value);
    return said;
  }

  /** Set the form from the address. */
  function show() {
    const said = new URLSearchParams(location.search);
    const get = (/** @type {string} */ name) => said.get(name) || "";
    input.value = get("q");
    const range = years(get("year"));
    from.value = range && range[0] ? range[0] : "";
    to.value = range && range[1] < 9999 ? range[1] : "";
    for (const [name] of SELECTS) choose(selects[name], get(name));
    kind.value = get("kind");
    sort.value = get("sort");
    if (Array.from(said.keys()).some((name) => name !== "q")) filters.open = true;
  }

  /** Select a value, which may be one that the list does not have yet. @param {any} select @param {string} value */
  function choose(select, value) {
    if (value && !Array.from(select.options).some((option) => option.value === value)) select.append(h("option", { value }, value));
    select.value = value;
  }

  /** Fill the lists of the filters with what the results have. */
  async function fill() {
    const { current, mine } = { current: search, mine: run };
    for (const [name] of SELECTS) {
      const facet = FACETS[name];
      try {
        await index.ready();
        const counts = current ? await current.counts(facet) : (await index.facet(facet)).names.map((n) => [n, -1]);
        if (mine !== run) return;
        const { value } = selects[name];
        const shown = counts.filter(([, count]) => count).map(([n, count]) => [String(n), count < 0 ? String(n) : `${n}（${count}）`]);
        selects[name].replaceChildren(...options(/** @type {[string, string][]} */ ([["", "全部"], ...shown])));
        choose(selects[name], value);
        fields[name].hidden = counts.length < 2 && !value;
      } catch (error) {
        return; // the lists stay as they are; results do not depend on them
      }
    }
  }

  /** @param {string} state @param {string} text */
  function say(state, text) {
    region.dataset.state = state;
    region.setAttribute("aria-busy", String(state === "busy"));
    status.textContent = text;
    retry.hidden = state !== "error";
    if (state !== "done") more.hidden = true;
  }

  /** Search for what the address says, and show this many results. */
  async function go(count = PAGE) {
    const mine = ++run;
    const said = new URLSearchParams(location.search);
    const get = (/** @type {string} */ name) => said.get(name) || "";
    const query = get("q");
    search = null;
    list.replaceChildren();
    delete status.dataset.total;
    delete status.dataset.approx;
    document.title = document.title.replace(/^.* · (?=检索)/, "");
    if (!query.trim()) {
      say("done", "");
      more.hidden = true;
      if (filters.open) fill();
      return;
    }
    document.title = `${query.slice(0, 40)} · ${document.title}`;
    /** @type {Record<string, any>} */
    const wanted = { years: years(get("year")), kind: get("kind") };
    for (const [name] of SELECTS) wanted[FACETS[name]] = said.getAll(name).filter(Boolean);
    search = new Search(index, query, wanted, get("sort") === "date" ? "date" : "relevance");
    await page(mine, count);
    if (mine === run && filters.open) fill();
  }

  /** Show the next results. @param {number} mine @param {number} count */
  async function page(mine, count) {
    const current = /** @type {Search} */ (search);
    say("busy", "正在检索……");
    try {
      const hits = await current.more(count);
      if (mine !== run) return;
      const rows = hits.map(row);
      list.append(...rows);
      tell(current);
      more.hidden = (current.done || (current.exact && list.children.length >= current.total)) && !current.waiting.length;
      return rows[0];
    } catch (error) {
      if (mine !== run) return;
      search = null;
      index = new Index(address.href);
      if (given) {
        given = "";
        go(count);
        return;
      }
      console.error(error);
      say("error", navigator.onLine === false ? "没有网络连接，检索不了。" : "检索数据没有取到，可能是网络不畅。");
    }
  }

  /** Say how many there are. @param {Search} current */
  function tell(current) {
    status.dataset.total = String(current.total);
    if (!current.exact) status.dataset.approx = "";
    else delete status.dataset.approx;
    const relaxed = current.plan && current.plan.wordsMatch === "relaxed" && current.total > 0;
    const many = `${current.exact ? "共" : "约"} ${current.total} 条结果`;
    say("done", !current.total ? "没有找到。可以换个说法，或少写几个字。" : relaxed ? `没有完全相符的；含有部分词语的${many}` : many);
  }

  /** One result. @param {import("./query.js").Hit} hit */
  function row(hit) {
    const { passage } = hit;
    const facts = [
      passage.number,
      passage.authorities.join("、"),
      passage.dated || "",
      passage.issue && `公报 ${passage.issue}${passage.page ? ` 第 ${passage.page} 页` : ""}`,
      passage.section,
    ].filter(Boolean);
    const link = h("a", { class: "s-link", href: new URL(passage.url, home).href }, ...marked(hit.title));
    const heading = h("h2", { class: "s-title" }, link);
    if (BADGES[hit.match]) heading.append(" ", h("span", { class: "s-badge" }, BADGES[hit.match]));
    if (passage.kind === "page") heading.append(" ", h("span", { class: "s-badge s-badge-page" }, "PDF 页"));
    return h(
      "li", { class: "s-hit", "data-hit": true, "data-match": hit.match, "data-kind": passage.kind },
      heading,
      h("p", { class: "s-facts" }, ...facts.map((fact) => h("span", { class: "s-fact" }, fact))),
      h("p", { class: "s-snippet" }, ...marked(hit.snippet)),
    );
  }

  /** Put what the form says in the address and search. */
  function submit() {
    const said = read().toString();
    const next = location.pathname + (said ? `?${said}` : "");
    if (next !== location.pathname + location.search) history.pushState(null, "", next);
    go();
  }

  form.addEventListener("submit", (/** @type {Event} */ event) => {
    event.preventDefault();
    submit();
  });
  filters.addEventListener("change", submit);
  filters.addEventListener("toggle", () => filters.open && fill());
  filters.querySelector(".s-clear").addEventListener("click", () => {
    for (const field of [from, to, kind, sort, ...Object.values(selects)]) field.value = "";
    submit();
  });
  more.addEventListener("click", async () => {
    const first = await page(run, PAGE);
    if (first) first.querySelector("a").focus();
  });
  retry.addEventListener("click", () => go(Math.max(PAGE, list.children.length)));
  addEventListener("popstate", () => {
    show();
    go();
  });
  // Typing will need these; a failure shows when they are used.
  input.addEventListener("focus", () => index.ready().catch(() => {}), { once: true });

  show();
  if (!input.value) input.focus();
  go();
}

const root = document.getElementById("search");
if (root) mount(root);
