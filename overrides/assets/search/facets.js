// Filters, their counts, and the day of each entry: what the index knows of entries besides their texts. Loaded when somebody
// filters, counts or sorts by date.

import { Reader, unzigzag, utf8 } from "./index.js";
import { letters, numberReading, without } from "./query.js";

/**
 * @typedef {import("./index.js").Index} Index
 * @typedef {import("./query.js").Search} Search
 * @typedef {import("./query.js").Filters} Filters
 * @typedef {{names: string[], sets: number[][], column: number[]}} Facet
 */

/** By what every entry is sorted by date: its day, then its place. @param {Index} index @returns {Promise<number[]>} */
export function dates(index) {
  return index.once("dates", async () => {
    const { segments } = await index.manifest();
    const parts = await Promise.all(segments.map(({ key }) => index.bytes(`${key}/dates.bin`)));
    /** @type {number[]} */
    const found = [];
    parts.forEach((data, i) => {
      const reader = new Reader(data);
      const changes = reader.varints(segments[i].entries);
      let day = 0;
      for (const change of changes) found.push((day += unzigzag(change)) * 2 ** 24 + found.length + unzigzag(reader.varint()));
    });
    return found;
  });
}

/** The 有效性 of every entry on a day, "" where it does not apply.
 * @param {Index} index @param {number} day @returns {Promise<string[]>} */
async function states(index, day) {
  const { segments } = await index.manifest();
  const parts = await Promise.all(segments.map(({ key }) => index.once(`${key}/validity.bin`, () => index.bytes(`${key}/validity.bin`))));
  /** @type {string[]} */
  const found = [];
  parts.forEach((data, i) => {
    const reader = new Reader(data);
    const names = JSON.parse(utf8.decode(reader.take(reader.varint())));
    for (let entry = 0, at = 0; entry < segments[i].entries; entry++) {
      let state = "";
      const count = reader.varint();
      for (let which = 0; which < count; which++) {
        const name = names[reader.varint()];
        if (which) at += unzigzag(reader.varint());
        if (!which || at <= day) state = name;
      }
      found.push(state);
    }
  });
  return found;
}

/** A facet of all entries, its names sorted. @param {Index} index @param {string} name
 * @returns {Promise<Facet>} */
function facet(index, name) {
  return index.once(name, async () => {
    const { segments } = await index.manifest();
    const parts = await Promise.all(segments.map((segment) => index.bytes(`${segment.key}/${name}.bin`)));
    const read = parts.map((data, i) => {
      const reader = new Reader(data);
      const said = JSON.parse(utf8.decode(reader.take(reader.varint())));
      return { ...said, column: reader.varints(segments[i].entries) };
    });
    const names = [...new Set(read.flatMap((part) => part.names))].sort();
    const places = new Map(names.map((n, i) => [n, i]));
    /** @type {Facet} */
    const facet = { names, sets: [], column: [] };
    for (const part of read) {
      const base = facet.sets.length;
      for (const value of part.column) facet.column.push(base + value);
      for (const set of part.sets) facet.sets.push(set.map((/** @type {number} */ i) => places.get(part.names[i])));
    }
    return facet;
  });
}

/** Which entries some filters allow. @param {Search} search @param {Filters} filters
 * @returns {Promise<?boolean[]>} */
export async function allow({ index, day }, filters) {
  const { years, kind, validity, ...named } = filters;
  /** @type {[string, (name: string) => boolean][]} */
  const tests = Object.entries(named).filter(([, wanted]) => wanted && wanted.length).map(([name, wanted]) => [name, (value) => wanted.includes(value)]);
  if (years) tests.push(["year", (name) => years[0] <= +name && +name <= years[1]]);
  const byState = validity && validity.length;
  if (!tests.length && !kind && !byState) return null;
  const [holding, ...facets] = await Promise.all([
    byState ? states(index, day) : [],
    ...tests.map(([name]) => facet(index, name)),
  ]);
  await index.ready();
  return index.isPage.map(
    (isPage, entry) =>
      (!kind || isPage === (kind === "page")) &&
      (!byState || validity.includes(holding[entry])) &&
      facets.every(({ names, sets, column }, i) => sets[column[entry]].some((name) => tests[i][1](names[name]))),
  );
}

/** How many candidates each value of a filter would leave, the filter itself left out. @param {Search} search
 * @param {string} name @returns {Promise<[string, number][]>} */
export async function counts(search, name) {
  const { index } = search;
  const key = name === "year" ? "years" : name;
  const own = search.filters[key];
  let entries = search.candidates;
  if (search.plan && own && own.length) {
    // Without this filter more would be found; the postings are here, so it costs no request.
    const { [key]: _, ...others } = search.filters;
    entries = await under(search, await allow(search, others));
  }
  /** @type {Map<string, number>} */
  const found = new Map();
  const add = (/** @type {string} */ value) => value && found.set(value, (found.get(value) || 0) + 1);
  if (name === "kind") for (const entry of entries) add(index.isPage[entry] ? "page" : "document");
  else if (name === "validity") {
    const holding = await states(index, search.day);
    for (const entry of entries) add(holding[entry]);
  } else {
    const { names, sets, column } = await facet(index, name);
    for (const entry of entries) for (const value of sets[column[entry]]) add(names[value]);
  }
  return Array.from(found).sort(([a], [b]) => (a < b ? -1 : 1));
}

/** The candidates under other filters. @param {Search} search @param {?boolean[]} allowed
 * @returns {Promise<number[]>} */
async function under(search, allowed) {
  const plan = /** @type {import("./query.js").Plan} */ (search.plan);
  if (plan.wordsMatch === "listed") return search.index.isPage.map((_, entry) => entry).filter((entry) => !allowed || allowed[entry]);
  const before = search.allowed;
  try {
    search.allowed = allowed;
    const reading = plan.own.length ? numberReading(search.query) : null;
    const own = reading ? search.found([reading.key], []).entries : [];
    if (plan.wordsMatch === "pinyin") {
      const { bySound } = await import("./pinyin.js");
      return await bySound(search, letters(search.query));
    }
    // Fewer terms were enough where this filter left nothing else to be told apart.
    const found = search.exact ? await search.whole(plan.groups) : search.weigh(plan.groups);
    if (plan.wordsMatch === "relaxed") return without(Array.from(new Set(found.terms.flatMap((part) => part.entries))), found.never);
    return Array.from(new Set([...own, ...found.exact, ...(found.full || !plan.words.length ? found.words : [])]));
  } finally {
    search.allowed = before;
  }
}
