// 您是不是要找, and the numbers nearest to one that is not there. The rules stand in gazette/search/nearest.py and query.py.
// Loaded when nothing holds a query.

import { family } from "./index.js";
import { spelt, termsOf } from "./query.js";
import { spans, units } from "./terms.js";

const LEAST = 4;
const TITLES = 12;
const SHOWN = 3;

/** Errors between a run and the part of a title nearest to it, and that part; null where it is none or too far.
 * @param {string[]} run @param {string} title @returns {?[number, string]} */
export function nearest(run, title) {
  const places = spans(title);
  /** @type {[number, number][]} */
  let above = Array.from({ length: places.length + 1 }, (_, at) => [0, at]);
  run.forEach((unit, row) => {
    /** @type {[number, number][]} */
    const line = [[row + 1, 0]];
    places.forEach((place, i) => {
      let best = [above[i][0] + (place.unit === unit ? 0 : 1), above[i][1]];
      if (above[i + 1][0] + 1 < best[0]) best = [above[i + 1][0] + 1, above[i + 1][1]];
      if (line[i][0] + 1 < best[0]) best = [line[i][0] + 1, line[i][1]];
      line.push(/** @type {[number, number]} */ (best));
    });
    above = line;
  });
  let [errors, start, end] = [Infinity, 0, 0];
  above.forEach(([e, s], at) => {
    if (at && (e < errors || (e === errors && s < start))) [errors, start, end] = [e, s, at];
  });
  if (!(errors > 0) || errors > Math.max(1, Math.floor(run.length / 4)) || end <= start) return null;
  return [errors, title.slice(places[start].start, places[end - 1].end)];
}

/** The best parts of some titles. @param {string[]} run @param {string[]} titles */
export function suggestions(run, titles) {
  /** @type {[number, string][]} */
  const found = [];
  for (const title of titles) {
    const part = nearest(run, title);
    if (part) found.push(part);
  }
  found.sort((a, b) => a[0] - b[0]);
  /** @type {Map<string, string>} */
  const parts = new Map();
  for (const [, text] of found) if (!parts.has(units(text).join(" "))) parts.set(units(text).join(" "), text);
  return Array.from(parts.values()).slice(0, SHOWN);
}

/** Set what the query may have meant. @param {import("./query.js").Search} search
 * @param {import("./query.js").Group[]} groups */
export async function suggest(search, groups) {
  const { index } = search;
  if (groups.length !== 1 || groups[0].exclude || groups[0].units.length < LEAST) return;
  /** @type {Map<number, number>} */
  const shared = new Map();
  for (const term of termsOf(groups[0], true)) {
    for (const passage of /** @type {import("./index.js").Postings} */ (search.postings.get(term)).titles.keys()) {
      shared.set(passage, (shared.get(passage) || 0) + 1);
    }
  }
  const likely = Array.from(shared).sort((a, b) => b[1] - a[1] || b[0] - a[0]).slice(0, TITLES);
  const titles = await Promise.all(likely.map(async ([passage]) => (await index.passage(passage)).title));
  search.suggestions = suggestions(groups[0].units, titles);
}

/** The numbers of the same code and year as a `#` term: they lie in its shard. 
 * @param {import("./index.js").Index} index @param {string} term */
export async function siblings(index, term) {
  const names = (await index.shards(term)).flatMap((shard) => Array.from(shard.keys()));
  return Array.from(new Set(names)).filter((name) => name[0] === "#" && family(name) === family(term));
}

/** If no document at all has a number: what to say of it. @param {import("./query.js").Search} search @param {string} key */
export async function findMissing(search, key) {
  const { index } = search;
  const serial = (/** @type {string} */ name) => +name.slice(name.lastIndexOf(" "));
  const known = (await siblings(index, key)).sort((a, b) => serial(a) - serial(b));
  const at = known.findIndex((name) => serial(name) > serial(key));
  const near = at < 0 ? known.slice(-1) : known.slice(Math.max(at - 1, 0), at + 1);
  const places = await Promise.all(near.map((name) => index.postings(name)));
  const neighbours = await Promise.all(places.map(({ passages }) => index.passage(passages[0])));
  search.missing = { number: spelt(key), neighbours };
}
