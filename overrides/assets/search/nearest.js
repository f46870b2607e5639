// 您是不是要找. The rules stand in gazette/search/nearest.py. Loaded when nothing holds a query.

import { spans, units } from "./terms.js";

export const LEAST = 4;
export const TITLES = 12;
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
