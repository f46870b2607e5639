// The search page: fills <div id="search">; where the index lies says <script data-index data-manifest>, its own. Everything
// shown is set as text; the query and every filter are in the address, and are asked for before there is a page to show
// results in.

import { h, marked } from "./dom.js";
import { Session } from "./session.js";

/** What is said of a hit whose text may not be what is printed; keys as in Entry.quality. */
/** @type {Record<string, string>} */
const DOUBTS = { ocr: "OCR 文字", repaired: "编码修复", suspect: "文字可能不准", garbled: "有的页不可读", scanned: "有的页没有文字" };

const PAGE = 10;
/** Name in the address → [facet, label]. @type {Record<string, [string, string]>} */
const FACETS = {
  section: ["section", "栏目"],
  authority: ["authority", "发文机关"],
  topic: ["topic", "主题分类"],
  type: ["document_type", "公文种类"],
  validity: ["validity", "有效性"],
  kind: ["kind", "文件或 PDF 页"],
  issue: ["issue", "刊期"],
};
/** @type {Record<string, string>} */
const KINDS = { document: "文件", page: "PDF 页" };
/** @type {Record<string, string>} */
const BADGES = { number: "文号相符", words: "分词匹配", pinyin: "拼音匹配", relaxed: "放宽匹配" };

/** "2010-2019", "2010-", "-2019" or "2019" as a range. @param {string} text @returns {[number, number] | undefined} */
function years(text) {
  const match = /^(\d{4})?(-)?(\d{4})?$/.exec(text);
  if (!match || !(match[1] || match[3])) return undefined;
  const from = +(match[1] || 0);
  return [from, match[2] ? +(match[3] || 9999) : from];
}

/** The reader's day, as 2024-05-31. */
function today() {
  const now = new Date();
  return [now.getFullYear(), now.getMonth() + 1, now.getDate()].map((part) => String(part).padStart(2, "0")).join("-");
}

/** What an address asks, null where it asks nothing. @param {URLSearchParams} words @returns {?import("./session.js").Question} */
function questionOf(words) {
  const get = (/** @type {string} */ name) => words.get(name) || "";
  const query = get("q");
  const isFiltered = Array.from(words).some(([name, value]) => value && (name === "year" || FACETS[name]));
  if (!query.trim() && !isFiltered) return null;
  /** @type {Record<string, any>} */
  const filters = { years: years(get("year")), kind: get("kind") };
  for (const [name, [facet]] of Object.entries(FACETS)) if (name !== "kind") filters[facet] = words.getAll(name).filter(Boolean);
  return { query, filters, sort: get("sort") === "date" ? "date" : "relevance", on: today() };
}

const said = () => new URLSearchParams(location.search);

/** How many results to show: so many as the reader had come to see. */
const seen = () => Math.max(PAGE, (history.state && history.state.shown) || 0);

/** @param {HTMLElement} root @param {Session} own @param {?Promise<any>} early the answer to what the address asked at first */
function mount(root, own, early) {
  const address = new URL(own.address);
  const home = new URL("../", address);
  /** The session that questions go to: the page's own until one in a worker is ready. @type {any} */
  let engine = own;
  /** The session that the results shown come from. @type {any} */
  let asked = null;
  let run = 0; // a newer question makes the older ones' answers void
  let shown = 0;
  /** The last issue that pages were shown of, and where its pages go. @type {?{issue: string, pages: any}} */
  let group = null;

  const input = h("input", {
    type: "search", name: "q", id: "s-query", class: "s-input", autocomplete: "off", maxlength: "2000", enterkeyhint: "search",
    placeholder: "标题、正文、发文字号或拼音",
  });
  const options = (/** @type {[string, string][]} */ pairs) => pairs.map(([value, text]) => h("option", { value }, text));
  const select = (/** @type {Record<string, any>} */ attributes, /** @type {[string, string][]} */ ...pairs) =>
    h("select", { class: "s-select", ...attributes }, ...options(pairs));
  const from = select({ "aria-label": "起始年份" }, ["", "最早"]);
  const to = select({ "aria-label": "截止年份" }, ["", "最新"]);
  const sort = select({}, ["", "相关度"], ["date", "日期，新的在前"]);
  /** @type {Record<string, any>} */
  const selects = {};
  /** @type {Record<string, any>} */
  const fields = {};
  for (const [name, [, label]] of Object.entries(FACETS)) {
    selects[name] = select({}, ["", "全部"]);
    fields[name] = h("label", { class: "s-field" }, label, selects[name]);
  }
  const filters = h(
    "details", { class: "s-filters" },
    h("summary", {}, "筛选和排序"),
    h(
      "div", { class: "s-fields" },
      h("fieldset", { class: "s-field s-years" }, h("legend", {}, "年份"), from, h("span", { "aria-hidden": "true" }, "至"), to),
      ...Object.values(fields),
      h("label", { class: "s-field" }, "排序", sort),
    ),
  );
  const form = h(
    "form", { class: "s-form", role: "search", action: location.pathname },
    h("label", { class: "s-label", for: "s-query" }, "检索公报"),
    h("div", { class: "s-bar" }, input, h("button", { type: "submit", class: "s-submit" }, "检索")),
    filters,
  );
  const chips = h("ul", { class: "s-chips", "aria-label": "正在使用的筛选", hidden: true });
  const status = h("p", { class: "s-status", role: "status", "aria-live": "polite" });
  const notes = h("div", { class: "s-notes" });
  const list = h("ol", { class: "s-list" });
  const more = h("button", { type: "button", class: "s-more", hidden: true }, "更多结果");
  const retry = h("button", { type: "button", class: "s-retry", hidden: true }, "重试");
  const region = h("section", { class: "s-results", "aria-label": "检索结果", "data-state": "done" }, chips, status, notes, list, more, retry);
  root.replaceChildren(form, region);

  /** What the form says, as it stands in the address. */
  function read() {
    const words = new URLSearchParams();
    const set = (/** @type {string} */ name, /** @type {string} */ value) => value && words.set(name, value);
    set("q", input.value.trim());
    if (from.value || to.value) set("year", from.value === to.value ? from.value : `${from.value}-${to.value}`);
    for (const name of Object.keys(FACETS)) set(name, selects[name].value);
    set("sort", sort.value);
    return words;
  }

  /** Set the form from the address. */
  function show() {
    const get = (/** @type {string} */ name) => said().get(name) || "";
    input.value = get("q");
    const range = years(get("year"));
    choose(from, range && range[0] ? String(range[0]) : "");
    choose(to, range && range[1] < 9999 ? String(range[1]) : "");
    for (const name of Object.keys(FACETS)) choose(selects[name], get(name));
    choose(sort, get("sort") === "date" ? "date" : "");
  }

  /** Select a value, which may be one that the list does not have yet. @param {any} list @param {string} value */
  function choose(list, value) {
    if (value && !Array.from(list.options).some((option) => option.value === value)) list.append(h("option", { value }, KINDS[value] || value));
    list.value = value;
  }

  /** Fill the lists of the filters with what the results have, or the archive. */
  async function fill() {
    const { source, mine } = { source: asked || engine, mine: run };
    try {
      for (const [name, [facet]] of Object.entries({ year: ["year", ""], ...FACETS })) {
        /** @type {[string, number][]} */
        const counts = await source.counts(facet);
        if (mine !== run) return;
        /** @type {[string, string][]} */
        const rows = counts.map(([value, count]) => [value, `${KINDS[value] || value}（${count}）`]);
        for (const list of name === "year" ? [from, to] : [selects[name]]) {
          const { value } = list;
          const [none] = list.options;
          list.replaceChildren(none, ...options(name === "issue" || name === "year" ? rows.reverse().slice() : rows));
          if (name === "year") rows.reverse();
          choose(list, value);
        }
        if (fields[name]) fields[name].hidden = counts.length < (name === "validity" ? 1 : 2) && !selects[name].value;
      }
    } catch (error) {
      // the lists stay as they are; results do not depend on them
    }
  }

  /** Show which filters are on, each with a button that takes it off. */
  function tellFilters() {
    const words = said();
    const rows = Array.from(words).filter(([name, value]) => value && (name === "year" || FACETS[name]));
    chips.replaceChildren(
      ...rows.map(([name, value]) => {
        const label = name === "year" ? "年份" : FACETS[name][1];
        const button = h("button", { type: "button", "aria-label": `去掉筛选：${label} ${value}` }, `${label}：${KINDS[value] || value} ✕`);
        button.addEventListener("click", () => {
          for (const field of name === "year" ? [from, to] : [selects[name]]) field.value = "";
          submit();
          input.focus();
        });
        return h("li", {}, button);
      }),
    );
    chips.hidden = !rows.length;
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
  async function go(many = PAGE) {
    const mine = ++run;
    const question = questionOf(said());
    asked = null;
    shown = 0;
    group = null;
    delete region.dataset.unsettled;
    list.replaceChildren();
    notes.replaceChildren();
    delete status.dataset.total;
    delete status.dataset.approx;
    tellFilters();
    document.title = document.title.replace(/^.* · (?=检索)/, "");
    if (!question) {
      say("done", "");
      more.hidden = true;
      if (filters.open) fill();
      return;
    }
    if (question.query.trim()) document.title = `${question.query.slice(0, 40)} · ${document.title}`;
    const source = engine;
    const answering = early || source.ask(question, many);
    early = null;
    await answer(mine, () => answering, source);
    if (mine === run && filters.open) fill();
  }

  /** Show what comes back. @param {number} mine @param {() => Promise<any>} ask @param {any} source */
  async function answer(mine, ask, source) {
    say("busy", "正在检索……");
    try {
      const found = await ask();
      if (mine !== run) return null;
      asked = source;
      const rows = found.hits.map(place);
      count(found);
      help(found);
      more.hidden = !found.more;
      if (found.unsettled) settle(mine, source);
      return rows[0];
    } catch (error) {
      if (mine !== run) return null;
      console.error(error);
      const why = /请刷新网页/.test(String(error)) ? "网站刚更新过，请刷新网页再检索。" : "检索数据没有取到，可能是网络不畅。";
      say("error", navigator.onLine === false ? "没有网络连接，检索不了。" : why);
      return null;
    }
  }

  /** Results are here; how many there are in all is told when it is sure. @param {number} mine @param {any} source */
  async function settle(mine, source) {
    region.dataset.unsettled = "";
    try {
      const found = await source.settle();
      if (mine !== run || region.dataset.state !== "done") return; // more results tell it themselves, when they are here
      count(found);
      more.hidden = !found.more;
      if (filters.open) fill();
    } catch (error) {
      // the number stays one that may be a little too high, as it says
    } finally {
      if (mine === run) delete region.dataset.unsettled;
    }
  }

  /** Suggest while the reader types, and let a worker take the questions to come; the first of an address is not worth the wait for one. */
  async function toWorker() {
    import("./box.js").then(({ attach }) => attach(form, home, (text) => engine.suggest(text)), () => {});
    try {
      const { open } = await import("./remote.js");
      engine = await open(address.href, own.manifest);
      root.dataset.worker = "";
    } catch (error) {
      // this browser keeps to the page's own thread
    }
    engine.warm().catch(() => {}); // a failure shows when it is used
  }

  /** Say how many there are. @param {import("./session.js").Answer} found */
  function count({ total, exact, relaxed }) {
    status.dataset.total = String(total);
    if (!exact) status.dataset.approx = "";
    else delete status.dataset.approx;
    const many = `${exact ? "共" : "约"} ${total} 条结果${shown < total ? `，已列出 ${shown} 条` : ""}`;
    say("done", !total ? "没有找到。可以换个说法，或少写几个字。" : relaxed ? `没有完全相符的；含有部分词语的${many}` : many);
  }

  /** Say what else may help. @param {import("./session.js").Answer} found */
  function help({ missing, suggestions }) {
    notes.replaceChildren();
    if (missing) {
      notes.append(
        h("p", { "data-missing": missing.number }, `公报里没有 ${missing.number} 这件文件。`),
      );
      if (missing.neighbours.length) {
        const links = missing.neighbours.map(({ title, number, url }) =>
          h("li", {}, h("a", { href: new URL(url, home).href }, `${number} ${title}`)),
        );
        notes.append(h("p", {}, "号数与它最接近的："), h("ul", { class: "s-near" }, ...links));
      }
    }
    if (suggestions.length) {
      const links = suggestions.map((text) => {
        const words = said();
        words.set("q", text);
        return h("a", { href: `?${words}`, "data-suggestion": true }, text);
      });
      notes.append(h("p", { class: "s-mean" }, "您是不是要找：", ...links.flatMap((link, i) => (i ? ["、", link] : [link]))));
    }
  }

  /** Put a result in its place: pages of one issue together. @param {any} hit */
  function place(hit) {
    const made = row(hit);
    const { kind, issue } = hit.passage;
    shown++;
    if (kind === "page" && group && group.issue === issue) {
      if (!group.pages.parentNode) list.lastElementChild.append(group.pages);
      group.pages.append(made);
    } else {
      list.append(made);
      group = kind === "page" ? { issue, pages: h("ol", { class: "s-pages", "aria-label": "同一期的其他页" }) } : null;
    }
    return made;
  }

  /** One result. @param {any} hit */
  function row(hit) {
    const { passage, validity } = hit;
    const facts = [
      passage.number,
      passage.authorities.join("、"),
      passage.dated || "",
      passage.issue && `公报 ${passage.issue}${passage.page ? ` 第 ${passage.page} 页` : ""}`,
      passage.section,
    ].filter(Boolean);
    const link = h("a", { class: "s-link", href: new URL(passage.url, home).href }, ...marked(hit.title));
    const heading = h("h2", { class: "s-title" }, link);
    const badge = (/** @type {string} */ name, /** @type {string} */ text) => heading.append(" ", h("span", { class: `s-badge ${name}` }, text));
    if (BADGES[hit.match]) badge("", BADGES[hit.match]);
    if (validity) badge(`s-state${["废止", "失效"].includes(validity) ? " s-over" : ""}`, validity);
    if (passage.kind === "page") badge("", "PDF 页");
    if (DOUBTS[passage.quality]) badge("s-doubt", DOUBTS[passage.quality]);
    return h(
      "li", { class: "s-hit", "data-hit": true, "data-match": hit.match, "data-kind": passage.kind },
      heading,
      h("p", { class: "s-facts" }, ...facts.map((fact) => h("span", { class: "s-fact" }, fact))),
      h("p", { class: "s-snippet" }, ...marked(hit.snippet)),
    );
  }

  /** Put what the form says in the address and search. */
  function submit() {
    const words = read().toString();
    const next = location.pathname + (words ? `?${words}` : "");
    keep();
    if (next !== location.pathname + location.search) history.pushState(null, "", next);
    go();
  }

  /** Keep in the history how far the reader has come, for when they come back. */
  function keep() {
    history.replaceState({ shown, top: scrollY }, "");
  }

  /** What the address says, as far as the reader had come there. */
  async function restore() {
    const { state } = history;
    show();
    await go(seen());
    if (state && state.top) scrollTo(0, state.top);
  }

  form.addEventListener("submit", (/** @type {Event} */ event) => {
    event.preventDefault();
    submit();
  });
  filters.addEventListener("change", submit);
  filters.addEventListener("toggle", () => filters.open && fill());
  more.addEventListener("click", async () => {
    const first = await answer(run, () => asked.more(PAGE), asked);
    if (first) first.querySelector("a").focus();
    keep();
  });
  retry.addEventListener("click", () => go(Math.max(PAGE, shown)));
  addEventListener("popstate", restore);
  addEventListener("pagehide", keep);
  history.scrollRestoration = "manual";
  input.addEventListener("focus", toWorker, { once: true });

  restore();
  if (Array.from(said().keys()).some((name) => !["q", "issue"].includes(name))) filters.open = true;
  if (!input.value && chips.hidden) input.focus();
}

/** @type {any} */
const script = document.querySelector("script[data-index]");
const session = new Session(new URL(script.dataset.index, location.href).href, script.dataset.manifest);
const question = questionOf(said());
const early = question && session.ask(question, seen());
if (early) early.catch(() => {}); // told where it is shown
const start = () => mount(/** @type {HTMLElement} */ (document.getElementById("search")), session, early);
// The page is whole before deferred scripts and styles are here, for which DOMContentLoaded waits.
if (document.readyState === "loading") document.addEventListener("readystatechange", start, { once: true });
else start();
