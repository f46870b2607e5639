// Suggestions under a search box: it stays a searchbox, with a list that arrow keys walk (ARIA 1.2: aria-autocomplete,
// aria-activedescendant) and a status that says how many there are. On the search page page.js attaches it; on every other
// page gazette.js loads this module when somebody types.

import { h, marked } from "./dom.js";

const DELAY = 200;
/** @type {Record<string, string>} */
const NAMES = { title: "文件", number: "发文字号", section: "栏目" };

/** Attach suggestions to a form's box. @param {HTMLFormElement} form @param {URL} home the site's first page
 * @param {(text: string) => Promise<import("./suggest.js").Suggestion[]>} suggest */
export function attach(form, home, suggest) {
  const input = /** @type {HTMLInputElement} */ (form.elements.namedItem("q"));
  const id = `s-suggest-${document.querySelectorAll(".s-suggest").length}`;
  const list = h("ul", { class: "s-suggest", role: "listbox", id, "aria-label": "建议", hidden: true });
  const status = h("span", { class: "s-label", role: "status" });
  for (const [name, value] of Object.entries({ "aria-autocomplete": "list", "aria-controls": id, autocomplete: "off" })) input.setAttribute(name, value);
  input.after(list);
  form.append(status);
  let timer = 0;
  let run = 0;

  const options = () => Array.from(list.children);
  const close = () => {
    run++;
    clearTimeout(timer);
    list.hidden = true;
    status.textContent = "";
    input.removeAttribute("aria-activedescendant");
  };
  /** @param {any} option */
  const choose = (option) => {
    for (const other of options()) other.setAttribute("aria-selected", String(other === option));
    if (!option) return input.removeAttribute("aria-activedescendant");
    input.setAttribute("aria-activedescendant", option.id);
    option.scrollIntoView({ block: "nearest" });
  };

  const show = async () => {
    const mine = ++run;
    const text = input.value.trim();
    /** @type {import("./suggest.js").Suggestion[]} */
    let found = [];
    try {
      if (text) found = await suggest(text);
    } catch (error) {
      return; // typing goes on without suggestions
    }
    if (mine !== run || document.activeElement !== input) return;
    list.replaceChildren(
      ...found.map((one, i) => {
        const search = new URL("search/", home);
        if (one.kind === "section") search.searchParams.set("section", one.text);
        else search.searchParams.set("q", one.text);
        return h(
          "li", { role: "option", id: `${id}-${i}`, "aria-selected": "false" },
          h("a", { href: one.url ? new URL(one.url, home).href : search.href, tabindex: "-1" }, h("small", {}, NAMES[one.kind]), h("span", {}, ...marked(one))),
        );
      }),
    );
    list.hidden = !found.length;
    status.textContent = found.length ? `有 ${found.length} 条建议，按上下键选择` : "";
    input.removeAttribute("aria-activedescendant");
  };

  const type = () => {
    clearTimeout(timer);
    timer = setTimeout(show, DELAY);
  };
  input.addEventListener("input", (/** @type {any} */ event) => event.isComposing || type());
  input.addEventListener("compositionend", type);
  input.addEventListener("blur", () => setTimeout(close, 150));
  // A tap on a suggestion must not take the focus first: the list would close under the finger.
  list.addEventListener("mousedown", (/** @type {Event} */ event) => event.preventDefault());
  form.addEventListener("submit", close);
  input.addEventListener("keydown", (/** @type {KeyboardEvent} */ event) => {
    if (list.hidden || event.isComposing) return;
    const all = options();
    const at = all.findIndex((option) => option.getAttribute("aria-selected") === "true");
    if (event.key === "ArrowDown") choose(all[(at + 1) % all.length]);
    else if (event.key === "ArrowUp") choose(all[at < 0 ? all.length - 1 : at - 1]);
    else if (event.key === "Escape") close();
    else if (event.key === "Enter" && at >= 0) all[at].querySelector("a").click();
    else return;
    event.preventDefault();
  });
  if (document.activeElement === input && input.value.trim()) type();
  return close;
}

/** Attach suggestions to a box of a page that is not the search page. @param {HTMLFormElement} form */
export async function start(form) {
  const home = new URL("../../", new URL("../", import.meta.url));
  document.head.append(h("link", { rel: "stylesheet", href: new URL("search.css", import.meta.url).href }));
  const address = new URL("search-index/", home).href;
  /** @type {Promise<{suggest: (text: string) => Promise<any>}>} */
  const session = import("./remote.js")
    .then(({ open }) => open(address))
    .catch(async () => new (await import("./session.js")).Session(address));
  attach(form, home, async (text) => (await session).suggest(text));
}
