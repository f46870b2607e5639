// Titles by their sound. The rules stand in gazette/search/pinyin.py. Loaded when Latin letters are typed.

import { mayBe, sideOf, utf8 } from "./index.js";
import { common } from "./query.js";
import { fold, units } from "./terms.js";

const INITIALS_ONLY = 12;
const READINGS = 6;
const HAN = /[\u3400-\u9fff]+/g;

/**
 * @typedef {import("./index.js").Index} Index
 * @typedef {Map<string, string[]>} Table  character → syllables
 */

/** The initials that letters may stand for, at least two each. @param {string} said @param {Table} table */
export function initials(said, table) {
  const syllables = new Set(Array.from(table.values()).flat());
  const all = Array.from(syllables);
  /** @type {string[]} */
  const found = [];
  /** @param {number} at @param {string} firsts */
  const part = (at, firsts) => {
    if (at === said.length) found.push(firsts);
    for (let size = Math.min(6, said.length - at); size > 0 && found.length < READINGS; size--) {
      const piece = said.slice(at, at + size);
      const ends = at + size === said.length && all.some((name) => name.startsWith(piece));
      if (syllables.has(piece) || ends) part(at + size, firsts + piece[0]);
    }
  };
  part(0, "");
  if (said.length <= INITIALS_ONLY) found.push(said);
  return Array.from(new Set(found)).filter((firsts) => firsts.length > 1);
}

/** Where letters spell neighbouring characters of a title, in UTF-16 units; null where they do not.
 * @param {string} said @param {string} title @param {Table} table @returns {?[number, number]} */
export function spells(said, title, table) {
  // Folding a Han character gives one Han character of the same length, so places agree.
  const plain = Array.from(title, (char) => (fold(char).length === char.length ? fold(char) : " ".repeat(char.length))).join("");
  /** @param {string} run @param {number} at @param {string} left @returns {number} where it ends, or 0 */
  const rest = (run, at, left) => {
    if (!left) return at;
    for (const name of (at < run.length && table.get(run[at])) || []) {
      if (name.startsWith(left)) return at + 1;
      const end = (left.startsWith(name) && rest(run, at + 1, left.slice(name.length))) || (left[0] === name[0] && rest(run, at + 1, left.slice(1)));
      if (end) return end;
    }
    return 0;
  };
  for (const match of plain.matchAll(HAN)) {
    for (let at = 0; at < match[0].length; at++) {
      const end = rest(match[0], at, said);
      if (end) return [/** @type {number} */ (match.index) + at, /** @type {number} */ (match.index) + end];
    }
  }
  return null;
}

/** How the characters of titles are spelt: character → syllables. @param {Index} index
 * @returns {Promise<Table>} */
export function table(index) {
  return index.once("pinyin", async () => {
    const { segments } = await index.manifest();
    const texts = await Promise.all(segments.map(({ key }) => index.bytes(`${key}/pinyin.bin`)));
    /** @type {Map<string, string[]>} */
    const sounds = new Map();
    for (const line of texts.flatMap((text) => utf8.decode(text).split("\n"))) {
      const [name] = /^[a-z]*/.exec(line) || [""];
      for (const char of line.slice(name.length)) {
        const known = sounds.get(char) || [];
        if (!known.includes(name)) sounds.set(char, [...known, name].sort());
      }
    }
    return sounds;
  });
}

/** Titles that letters spell. @param {import("./query.js").Search} search @param {string} said @returns {Promise<number[]>} */
export async function bySound(search, said) {
  const { index } = search;
  const sounds = await table(index);
  const candidates = new Set();
  for (const firsts of initials(said, sounds)) {
    const pairs = Array.from(firsts.slice(1), (letter, i) => `~${firsts[i]}${letter}`);
    await search.load(pairs);
    const lists = pairs.map((pair, i) => {
      const { passages, sides } = /** @type {import("./index.js").Postings} */ (search.postings.get(pair));
      const after = i + 2 < firsts.length ? sideOf(`~${firsts[i + 2]}`) : null;
      return passages.filter((_, j) => !after || mayBe(sides[j] & 255, after));
    });
    for (const passage of common(lists)) candidates.add(index.entryOf[passage]);
  }
  const entries = Array.from(candidates).filter((entry) => !search.allowed || search.allowed[entry]).sort((a, b) => a - b);
  const proved = await Promise.all(
    entries.map(async (entry) => spells(said, (await index.passage(index.starts[entry])).title, sounds)),
  );
  return entries.filter((_, i) => proved[i]);
}
