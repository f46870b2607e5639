// Searching inside saved issues: every term of the query must stand in the document, word for word. The rules of
// what a term is are those of the online search (../search/terms.js, query.js). No index: a phone holds few issues.

import { parse } from "../search/query.js";
import { find, learn, spans } from "../search/terms.js";

const LEAD = 20;
const SNIPPET = 90;

/**
 * @param {string} query @param {import("./store.js").Record[]} saved
 * @returns {{url: string, title: string, number: string, label: string, snippet: string, marks: [number, number][]}[]}
 */
export function search(query, saved) {
  const pairs = saved.map((record) => record.pairs).join("");
  learn(pairs.match(/../gu)?.map((pair) => /** @type {[string, string]} */ (Array.from(pair))) ?? []);
  const groups = parse(query);
  const wanted = groups.filter((group) => !group.exclude);
  const unwanted = groups.filter((group) => group.exclude);
  if (!wanted.length) return [];
  const hits = [];
  for (const record of saved) {
    for (const one of record.documents) {
      const head = spans(`${one.title}\n${one.number}`);
      const body = spans(one.text);
      const has = (/** @type {typeof groups[number]} */ group) => find(group.units, head).length + find(group.units, body).length;
      if (!wanted.every(has) || unwanted.some(has)) continue;
      const inHead = wanted.filter((group) => find(group.units, head).length).length;
      const places = wanted.flatMap((group) => find(group.units, body)).sort((a, b) => a[0] - b[0]);
      const from = places.length ? Math.max(0, places[0][0] - LEAD) : 0;
      const to = from + SNIPPET;
      const inside = places.filter(([, end]) => end <= to).map(([start, end]) => /** @type {[number, number]} */ ([start - from, end - from]));
      hits.push({
        url: one.url, title: one.title, number: one.number, label: record.label,
        snippet: one.text.slice(from, to), marks: inside, score: inHead * 100 + Math.min(99, places.length),
      });
    }
  }
  return hits.sort((a, b) => b.score - a.score);
}
