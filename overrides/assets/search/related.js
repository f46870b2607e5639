// 相关文件 below a document: those whose titles or texts share the telling words of its title. Asked of the search index when
// a reader comes near the end of the page, so that no page of the site depends on another and new documents count at once.

import { Index } from "./index.js";
import { h } from "./dom.js";
import { fold, terms, units } from "./terms.js";

const SHOWN = 5;
const TERMS = 6;
/** Words that say what kind of document it is or who issued it, not what it is about. */
const PLAIN =
  /^.*(人民政府|办公[厅室]|委员会|[厅局])(办公[厅室])?关于|关于|印发|转发|公布|同意|做好|进一步|加强|推进|修改|废止|部分|《|》|的|和|及|管理|实施|施行|暂行|试行|若干|工作|有关|办法|规定|条例|细则|规则|准则|标准|方案|意见|通知|决定|批复|公告|通告|解读|政策|问答|\d+年?/g;

/** The telling terms of a title, at most `TERMS`. @param {string} title */
function telling(title) {
  const pieces = fold(title).replace(/ /g, "").replace(PLAIN, " ").split(" ");
  const found = new Set(pieces.map((piece) => units(piece)).filter((run) => run.length > 1).flatMap((run) => terms(run)));
  // The name of the place comes first and is in every title: the last words tell most.
  return Array.from(found).slice(-TERMS);
}

/** The documents most like one. @param {Index} index @param {string} title @param {string} url */
export async function related(index, title, url) {
  const [lists] = await Promise.all([Promise.all(telling(title).map((term) => index.postings(term))), index.ready()]);
  /** @type {Map<number, number>} */
  const scores = new Map();
  const count = index.isPage.length;
  for (const { passages, titles } of lists) {
    /** @type {Map<number, number>} */
    const weights = new Map();
    for (const passage of passages) {
      const entry = index.entryOf[passage];
      weights.set(entry, Math.max(weights.get(entry) || 0, titles.has(passage) ? 4 : 1));
    }
    const rare = Math.log(1 + count / (weights.size + 1));
    for (const [entry, weight] of weights) if (!index.isPage[entry]) scores.set(entry, (scores.get(entry) || 0) + weight * rare);
  }
  const best = Array.from(scores).sort((a, b) => b[1] - a[1] || b[0] - a[0]).slice(0, SHOWN + 1);
  const enough = best.filter(([, score]) => score * 4 >= best[0][1]);
  const passages = await Promise.all(enough.map(([entry]) => index.passage(index.starts[entry])));
  return passages.filter((passage) => passage.url !== url).slice(0, SHOWN);
}

/** Fill the section of a page. @param {HTMLElement} section with the document's address and title in its data */
export async function show(section) {
  const home = new URL("../../", new URL("./", import.meta.url));
  const { related: url, title } = section.dataset;
  try {
    const found = await related(new Index(new URL("search-index/", home).href), title || "", url || "");
    if (!found.length) return;
    const rows = found.map((one) =>
      h("li", {}, h("a", { href: new URL(one.url, home).href }, one.title), " ", h("small", {}, [one.number, one.dated].filter(Boolean).join("　"))),
    );
    // Who stands on the link that goes is led to the first document; who is past it keeps the place in sight.
    const more = section.querySelector("[data-related-more]");
    const focused = document.activeElement;
    const list = h("ul", { class: "plain" }, ...rows);
    section.append(list);
    if (more?.contains(focused)) list.querySelector("a").focus();
    else if (focused && section.compareDocumentPosition(focused) & Node.DOCUMENT_POSITION_FOLLOWING) focused.scrollIntoView({ block: "nearest" });
    more?.remove();
  } catch (error) {
    // the link to the search stays
  }
}
