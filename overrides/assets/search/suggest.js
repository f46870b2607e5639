// What somebody who types may mean: titles, numbers, 栏目. Loaded when the first character is typed. The shards it fetches
// are those that the search itself will need.

import { siblings } from "./nearest.js";
import { letters, numberReading, Search, spelt, termsOf } from "./query.js";
import { find, holds, isSingle, spans, units } from "./terms.js";

const SHOWN = 6;
const NUMBERS = 4;

/**
 * `text` is shown, with `marks` in it (UTF-16 units); a title leads to `url`, the others to a search.
 * @typedef {{kind: "title"|"number"|"section", text: string, marks: [number, number][], url: string}} Suggestion
 */

/** @param {string} text @param {string[]} run @returns {[number, number][]} */
const marked = (text, run) => find(run, spans(text)).slice(0, 1);

/** @param {import("./index.js").Index} index @param {string} typed @returns {Promise<Suggestion[]>} */
export async function suggest(index, typed) {
  const run = units(typed).slice(0, 40);
  if (!run.length || typed.length > 100 || /["“「『＂]/.test(typed)) return [];
  await index.ready();
  const manifest = await index.manifest();
  /** @type {Suggestion[]} */
  const found = manifest.sections
    .filter((section) => holds(run, section))
    .slice(0, 2)
    .map((section) => ({ kind: "section", text: section, marks: marked(section, run), url: "" }));
  const said = letters(typed);
  if (said) return found.concat(first(await bySound(index, typed, said)));
  const reading = numberReading(typed);
  if (reading) {
    const known = (await siblings(index, reading.key)).filter((name) => name.startsWith(reading.key));
    const serial = (/** @type {string} */ name) => +name.slice(name.lastIndexOf(" "));
    const texts = known.sort((a, b) => serial(a) - serial(b)).slice(0, NUMBERS).map(spelt);
    found.push(...texts.map((text) => /** @type {Suggestion} */ ({ kind: "number", text, marks: [], url: "" })));
  }
  if (run.length === 1 && isSingle(run[0])) return found;
  const titles = await inTitles(index, run);
  // It may be typed in traditional characters.
  if (!titles.length && (await index.learnTable())) return suggest(index, typed);
  return found.concat(first(titles));
}

/** Titles that hold a run, those of which it is most first. @param {import("./index.js").Index} index @param {string[]} run
 * @returns {Promise<Suggestion[]>} */
async function inTitles(index, run) {
  const lists = await Promise.all(termsOf({ units: run, phrase: true, exclude: false }, false).map((name) => index.postings(name)));
  lists.sort((a, b) => a.titles.size - b.titles.size);
  const { titles } = lists[0];
  const places = Array.from(titles.keys()).filter((place) => lists.every((list) => list.titles.has(place)));
  places.sort((a, b) => (titles.get(a) || 255) - (titles.get(b) || 255) || b - a);
  const passages = await Promise.all(places.slice(0, SHOWN + 2).map((place) => index.passage(place)));
  return passages.filter(({ title }) => holds(run, title)).map(({ title, url }) => ({ kind: "title", text: title, marks: marked(title, run), url }));
}

/** Titles that letters spell, the shortest first. @param {import("./index.js").Index} index @param {string} typed
 * @param {string} said @returns {Promise<Suggestion[]>} */
async function bySound(index, typed, said) {
  const { bySound: spelling, spells, table } = await import("./pinyin.js");
  const entries = await spelling(new Search(index, typed), said);
  const sounds = await table(index);
  const passages = await Promise.all(entries.map((entry) => index.passage(index.starts[entry])));
  return passages
    .sort((a, b) => a.title.length - b.title.length)
    .map(({ title, url }) => {
      const place = spells(said, title, sounds);
      return { kind: "title", text: title, marks: place ? [place] : [], url };
    });
}

/** The first of some suggestions, equal texts once. @param {Suggestion[]} found @returns {Suggestion[]} */
function first(found) {
  const known = new Set();
  return found.filter(({ text }) => !known.has(text) && known.add(text)).slice(0, SHOWN);
}
