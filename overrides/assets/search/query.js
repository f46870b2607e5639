// Answers a query. The rules stand in gazette/search/query.py; both find the same set.

import { dayNumber, mayBe, sideOf } from "./index.js";
import { find, holds, isSingle, numberKey, spans, terms, units } from "./terms.js";

/**
 * @typedef {import("./index.js").Index} Index
 * @typedef {import("./index.js").Passage} Passage
 * @typedef {import("./index.js").Postings} Postings
 * @typedef {{units: string[], phrase: boolean, exclude: boolean, number?: boolean}} Group
 * @typedef {{years?: [number, number], kind?: string} & Record<string, any>} Filters  facet name → wanted values
 * @typedef {"number"|"exact"|"words"|"pinyin"|"relaxed"|"listed"} Match
 * @typedef {{match: Match, passage: Passage, title: Marked, snippet: Marked}} Hit
 * @typedef {{text: string, marks: [number, number][]}} Marked
 * @typedef {{passages: number[], lists: Postings[], length: number, entries: number[]}} Found
 * @typedef {{groups: Group[], never: number[], own: number[], exact: number[], words: number[], wordsMatch: Match, full: boolean,
 *   runs: {group: Group, found: Found}[], terms: Found[], excluded: {group: Group, found: Found}[]}} Plan
 */

const MAX_CHARS = 2000;
const MAX_UNITS = 200;
const VERIFY = 20;
const BATCH = 4;
/** Of so short a run one term tells too little: 资源 behind something like 水 is mostly not 水资源 (measured: 24 of 34 texts). */
const ALL_TERMS = 3;
/** So many candidates may prove false before more terms of a run are asked for, which leave fewer. */
const FALSE = 4;
/** Where an entry's first passage proves nothing, so many are read at once, and before more terms are asked for. */
const MORE = 3;
const TITLE = 12;
const OVER_WEIGHT = 0.8;
const NEWER = 0.1;
const SNIPPET = 100;
const LEAD = 20;
/** @type {Record<string, string>} */
const QUOTES = { '"': '"', "＂": "＂", "“": "”", "”": "”", "‘": "’", "'": "'", "「": "」", "『": "』" };
const BLANK = /[ \t\n\r\v\f\u00a0\u3000\u2000-\u200a]/;
const MINUS = /[-－−]/;

/** @param {string} query */
const cut = (query) => Array.from(query.slice(0, 2 * MAX_CHARS)).slice(0, MAX_CHARS);

/** The groups of a query, in order, repeated ones once. @param {string} query @returns {Group[]} */
export function parse(query) {
  const text = cut(query);
  /** @type {Map<string, Group>} */
  const found = new Map();
  for (let at = 0, room = 0; at < text.length && room < MAX_UNITS; ) {
    if (BLANK.test(text[at])) {
      at++;
      continue;
    }
    const exclude = MINUS.test(text[at]) && at + 1 < text.length && !BLANK.test(text[at + 1]);
    if (exclude) at++;
    const close = QUOTES[text[at]];
    let end = at + 1;
    while (end < text.length && (close ? text[end] !== close : !BLANK.test(text[end]) && !'"“「『＂'.includes(text[end]))) {
      end++;
    }
    const run = units(text.slice(close ? at + 1 : at, end).join("")).slice(0, MAX_UNITS - room);
    room += run.length;
    if (run.length) {
      const group = { units: run, phrase: !!close, exclude };
      found.set(JSON.stringify(group), group);
    }
    at = close ? end + 1 : end;
  }
  const groups = Array.from(found.values());
  const telling = groups.filter((group) => group.units.length > 1 || !isSingle(group.units[0]));
  return telling.some((group) => !group.exclude) ? telling : groups;
}

/** If a whole query reads as a 发文字号: its key, and the run to look for elsewhere. @param {string} query
 * @returns {?{key: string, group: Group}} */
export function numberReading(query) {
  const text = cut(query);
  const run = units(text.join("")).slice(0, MAX_UNITS);
  const key = numberKey(run);
  const first = text.find((char) => !BLANK.test(char)) || "";
  if (!key || MINUS.test(first) || Object.keys(QUOTES).some((quote) => query.includes(quote))) return null;
  return { key, group: { units: run[run.length - 1] === "号" ? run.slice(0, -1) : run, phrase: true, exclude: false, number: true } };
}

/** @param {Group} group */
const isUnsure = (group) => group.units.length > 2;

/** A group's terms; unless all are asked for, those of a run that touch each of its units: a term also tells what stands
 * before and behind it. Of two-character words the second and the fourth term go across them, and are the rarer ones.
 * @param {Group} group @param {boolean} full */
export function termsOf({ units: run, number, exclude }, full) {
  const all = terms(run);
  const last = run.length - 2;
  if (full || exclude || run.length <= ALL_TERMS) return Array.from(new Set(all));
  if (number) return Array.from(new Set(all.filter((_, i) => i % 2 === 0 || i === last)));
  const some = [all[1]];
  for (let at = 1; at < last - 1; some.push(all[at])) at = Math.min(at + 4, last - 1);
  return Array.from(new Set(some));
}

/** The first place in a rising list that is not below a value. @param {number[]} list @param {number} value */
function lowerBound(list, value) {
  let low = 0;
  for (let high = list.length; low < high; ) {
    const middle = (low + high) >> 1;
    if (list[middle] < value) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** The part of a rising list within [from, to). @param {number[]} list @param {number} from @param {number} to */
const between = (list, from, to) => list.slice(lowerBound(list, from), lowerBound(list, to));

/** What all rising lists have. @param {number[][]} lists @returns {number[]} */
export function common(lists) {
  const [first, ...rest] = lists.slice().sort((a, b) => a.length - b.length);
  return rest.reduce((left, list) => {
    let at = 0;
    return left.filter((value) => {
      while (at < list.length && list[at] < value) at++;
      return list[at] === value;
    });
  }, first || []);
}

/** @param {number[]} list @param {Iterable<number>} others */
export function without(list, others) {
  const gone = new Set(others);
  return list.filter((value) => !gone.has(value));
}

/** The state of a document on a day: the last that has begun. @param {string} validity `尚未生效 2024-03-01 现行有效`
 * @param {string} on */
export function stateOn(validity, on) {
  const [first, ...rest] = validity.split(" ");
  return rest.reduce((state, part, i) => (i % 2 && rest[i - 1] <= on ? part : state), first);
}

/** A key of a number as one writes it: `#国发 2018 39` → 国发〔2018〕39号. @param {string} key */
export function spelt(key) {
  const [code, ...digits] = key.slice(1).split(" ");
  return `${code}${digits.length > 1 ? `〔${digits[0]}〕` : "第"}${digits[digits.length - 1]}号`;
}

/** The letters of a query that is nothing but Latin letters and blanks, at least two; else "". @param {string} query */
export function letters(query) {
  const run = units(cut(query).join("").replace(/['’]/g, " "));
  const said = run.join("");
  return run.every((unit) => /^[a-z]+$/.test(unit)) && said.length > 1 && said.length <= 40 ? said : "";
}

/** @type {Plan} */
const NOTHING = { groups: [], own: [], exact: [], words: [], wordsMatch: "words", full: true, runs: [], terms: [], excluded: [], never: [] };

/** One query against one index: ask it for `more` hits until it is `done`. */
export class Search {
  /** @param {Index} index @param {string} query @param {Filters} [filters] @param {"relevance"|"date"} [sort]
   * @param {string} [on] the day whose 有效性 counts, as 2024-05-31 */
  constructor(index, query, filters = {}, sort = "relevance", on = "") {
    this.index = index;
    this.query = query;
    this.filters = filters;
    this.sort = sort;
    this.on = on;
    this.day = on ? dayNumber(on) : -1;
    /** A number that no document has, and its neighbours. @type {?{number: string, neighbours: Passage[]}} */
    this.missing = null;
    /** Parts of titles that the query may have meant. @type {string[]} */
    this.suggestions = [];
    /** @type {Map<string, Postings>} */
    this.postings = new Map();
    /** @type {?boolean[]} */
    this.allowed = null;
    /** @type {?Plan} */
    this.plan = null;
    this.kept = 0; // candidates found to be hits
    /** Candidates found to be none. @type {Set<number>} */
    this.refuted = new Set();
    this.open = 0; // candidates not judged yet
    this.done = false;
    /** Why there can be no more hits, though it is not done. @type {unknown} */
    this.failed = null;
    /** @type {Hit[]} */
    this.waiting = [];
    this.want = 0;
    /** The day of each entry, where they are asked by date. @type {number[]} */
    this.dates = [];
    this.batches = this.run();
  }

  /** How many hits there are. */
  get total() {
    return this.kept + this.open;
  }

  /** Whether the total is sure: all is judged, or judging cannot change it. */
  get exact() {
    const { plan } = this;
    if (this.done || !plan) return this.done;
    const quoted = plan.runs.some(({ group }) => group.phrase && isUnsure(group));
    return plan.full && !plan.excluded.length && !(quoted && plan.wordsMatch === "words");
  }

  /** All entries that are hits or may still be, for counting. */
  get candidates() {
    return this.plan ? without(Array.from(new Set([...this.plan.own, ...this.plan.exact, ...this.plan.words])), this.refuted) : [];
  }

  /** The next hits, at most this many; fewer mean that there are no more. @param {number} count */
  async more(count) {
    this.want = count;
    while (!this.done && this.waiting.length < count) await this.step();
    return this.waiting.splice(0, count);
  }

  /** Whether judging the rest, for the total, is still worth it. */
  get isUnsettled() {
    return !this.exact && this.total <= VERIFY;
  }

  /** Judge the rest where they are few, so that the total is sure. */
  async settle() {
    while (this.isUnsettled) await this.step();
  }

  async step() {
    const step = await this.batches.next().catch((error) => {
      this.failed = error;
      throw error;
    });
    // A generator that failed says from then on that it is done.
    if (this.failed) throw this.failed;
    if (step.done) this.done = true;
    else this.waiting.push(...step.value);
  }

  /** Hits in batches: every way to read the query in turn until one finds something.
   * @returns {AsyncGenerator<Hit[], void, void>} */
  async *run() {
    for await (const plan of this.plans()) {
      this.plan = plan;
      this.refuted = new Set();
      this.open = plan.own.length + plan.exact.length + plan.words.length;
      yield* this.tier(plan.own, "number");
      const demoted = yield* this.tier(plan.exact, "exact");
      if (plan.words.length || demoted.length) {
        let rest = [...demoted, ...plan.words];
        while (rest.length && !plan.full) {
          const closer = await this.closer(plan.groups);
          const members = new Set([...closer.exact, ...closer.words]);
          Object.assign(plan, closer, { exact: plan.exact });
          for (const entry of rest) if (!members.has(entry)) this.refuted.add(entry);
          rest = Array.from(new Set([...rest, ...closer.words])).filter((entry) => members.has(entry));
          this.open = rest.length;
        }
        yield* this.tier(rest, plan.wordsMatch);
      }
      if (this.kept) return;
    }
  }

  /** Candidates in order, judged some at a time; returns those that hold the words only.
   * @param {number[]} entries @param {Match} match @returns {AsyncGenerator<Hit[], number[], void>} */
  async *tier(entries, match) {
    const plan = /** @type {Plan} */ (this.plan);
    if (this.sort === "date" || match === "listed") this.dates = await (await import("./facets.js")).dates(this.index);
    let queue = this.inOrder(entries, match);
    /** @type {number[]} */
    const demoted = [];
    const judged = new Set();
    let isUnclear = false;
    let wrong = 0; // since terms were last asked for
    const isDue = () => match === "exact" && !plan.full && (isUnclear || wrong >= FALSE);
    while (queue.length) {
      if (isDue()) {
        isUnclear = false;
        wrong = 0;
        const closer = await this.closer(plan.groups);
        Object.assign(plan, { ...closer, own: plan.own });
        const kept = new Set(closer.exact);
        demoted.splice(0, Infinity, ...demoted.filter((entry) => kept.has(entry)));
        queue = this.inOrder(without(closer.exact, judged), match);
        this.open = queue.length + closer.words.length + demoted.length;
        continue;
      }
      const batch = queue.slice(0, Math.max(this.want - this.waiting.length, BATCH));
      const verdicts = await Promise.all(batch.map((entry) => this.judge(entry, match)));
      /** @type {Hit[]} */
      const hits = [];
      // Nothing counts behind the place where more terms are due, for these put the rest in another order: which must not
      // depend on how many were asked for at once, or a reader who comes back finds other results than before.
      for (let i = 0; i < batch.length && !isDue(); i++) {
        const verdict = verdicts[i];
        if (verdict === "unclear") {
          isUnclear = true;
          continue;
        }
        queue.shift();
        judged.add(batch[i]);
        if (verdict === "words") {
          demoted.push(batch[i]);
          wrong++;
          continue;
        }
        this.open--;
        if (verdict) {
          this.kept++;
          hits.push(verdict);
        } else this.refuted.add(batch[i]);
      }
      if (hits.length) yield hits;
    }
    return demoted;
  }

  /** Entries from the best on; by date, the newest first. @param {number[]} entries @param {Match} match */
  inOrder(entries, match) {
    const plan = /** @type {Plan} */ (this.plan);
    const { isPage, group, over } = this.index;
    const { dates } = this;
    if (this.sort === "date" || match === "listed") return entries.slice().sort((a, b) => dates[b] - dates[a] || b - a);
    const founds = /** @type {Partial<Record<Match, Found[]>>} */ ({ number: [], exact: plan.runs.map(({ found }) => found) })[match] || plan.terms;
    /** @type {Map<number, [number, number, number]>} page, not the whole title, score */
    const keys = new Map();
    for (const entry of entries) {
      const [score, title] = this.score(entry, founds);
      const worth = score * (this.day >= over[entry] ? OVER_WEIGHT : 1) * (1 + (NEWER * (entry + 1)) / isPage.length);
      keys.set(entry, [+isPage[entry], founds.length === 1 && title >= 1 ? 0 : 1, worth]);
    }
    const key = (/** @type {number} */ entry) => /** @type {[number, number, number]} */ (keys.get(entry));
    const order = entries.slice().sort((a, b) => {
      const [one, other] = [key(a), key(b)];
      return one[0] - other[0] || one[1] - other[1] || other[2] - one[2] || b - a;
    });
    /** Pages of one issue stand together. @type {Map<number, number[]>} */
    const issues = new Map();
    for (const entry of order) {
      const pages = issues.get(group[entry]);
      if (pages) pages.push(entry);
      else issues.set(group[entry], [entry]);
    }
    return Array.from(issues.values()).flat();
  }

  /** Ways to read the query, each for when the one before finds nothing. @returns {AsyncGenerator<Plan, void, void>} */
  async *plans() {
    const { index, query } = this;
    await index.manifest();
    // Fetch what the query seems to need together with what says how to fold it.
    for (const term of this.firstTerms()) index.postings(term).catch(() => {});
    const [allowed] = await Promise.all([this.filter(), index.ready()]);
    this.allowed = allowed;
    await this.load(this.firstTerms());
    if (this.hasUnknown(parse(query).filter(({ exclude }) => exclude)) && (await index.learnTable())) await this.load(this.firstTerms());
    const before = JSON.stringify(parse(query));
    yield* this.readings();
    let groups = parse(query);
    if (!groups.some((group) => !group.exclude)) return;
    let whole = await this.whole(groups);
    if (this.hasUnknown(groups)) await index.learnTable();
    // What was read has taught how to fold more characters: those of the query, too.
    if (JSON.stringify(parse(query)) !== before) {
      yield* this.readings();
      groups = parse(query);
      whole = await this.whole(groups);
    }
    const said = letters(query);
    if (said) yield { ...NOTHING, groups, words: await (await import("./pinyin.js")).bySound(this, said), wordsMatch: "pinyin" };
    const some = Array.from(new Set(whole.terms.flatMap((found) => found.entries)));
    await (await import("./nearest.js")).suggest(this, groups);
    yield { ...whole, exact: [], words: without(some, whole.never), wordsMatch: "relaxed" };
  }

  /** The query as a number, as a list of all that the filters allow, as groups. @returns {AsyncGenerator<Plan, void, void>} */
  async *readings() {
    const { query, allowed } = this;
    const reading = numberReading(query);
    this.missing = null;
    if (reading) {
      await this.load([reading.key]);
      const { passages } = /** @type {Postings} */ (this.postings.get(reading.key));
      if (!passages.length) await (await import("./nearest.js")).findMissing(this, reading.key);
      const plan = await this.first([reading.group]);
      const own = this.found([reading.key], []).entries;
      yield { ...plan, own, exact: without(plan.exact, own), words: [], full: true };
    }
    const groups = parse(query);
    if (!groups.length && allowed) {
      const every = this.index.isPage.map((_, entry) => entry).filter((entry) => allowed[entry]);
      yield { ...NOTHING, words: every, wordsMatch: "listed" };
    }
    if (groups.some((group) => !group.exclude)) yield await this.first(groups);
  }

  /** The terms that are surely asked for first, as the query is folded now. */
  firstTerms() {
    const reading = numberReading(this.query);
    const groups = reading ? [reading.group] : parse(this.query);
    return [...(reading ? [reading.key] : []), ...groups.flatMap((group) => termsOf(group, false))];
  }

  /** Whether a Han character of some groups, all of whose terms are here, is in no term that was found: it may be a
   * traditional one that the archive never uses. @param {Group[]} groups */
  hasUnknown(groups) {
    const known = new Set();
    for (const [term, { passages }] of this.postings) if (passages.length) term.split(" ").forEach((u) => known.add(u));
    return groups.some((group) => group.units.some((unit) => isSingle(unit) && !known.has(unit)));
  }

  /** @param {string[]} wanted */
  async load(wanted) {
    const missing = Array.from(new Set(wanted)).filter((term) => !this.postings.has(term));
    const found = await Promise.all(missing.map((term) => this.index.postings(term)));
    missing.forEach((term, i) => this.postings.set(term, found[i]));
  }

  /** Candidates for groups by the terms that cover them, and by more where these tell too little. @param {Group[]} groups */
  async first(groups) {
    const some = groups.flatMap((group) => termsOf(group, false));
    await this.load(some);
    const plan = this.weigh(groups);
    const tellsLittle = some.length > 1 && some.some((term) => this.isBlind(term));
    return !plan.full && plan.exact.length && tellsLittle ? this.closer(groups) : plan;
  }

  /** Whether a term is so frequent that nothing is known of what stands beside it. @param {string} term */
  isBlind(term) {
    const { sides } = /** @type {Postings} */ (this.postings.get(term));
    return 2 * sides.filter((its) => its === 0xffff).length > sides.length;
  }

  /** By all their terms. @param {Group[]} groups */
  async whole(groups) {
    await this.load(groups.flatMap((group) => termsOf(group, true)));
    return this.weigh(groups);
  }

  /** By some terms more: those that cost nothing once it is known where they lie, and the cheapest of the others, which
   * is the rarest. A term that stands nowhere makes all others needless. @param {Group[]} groups */
  async closer(groups) {
    const missing = this.missingTerms(groups);
    const costs = await Promise.all(missing.map((term) => this.index.cost(term)));
    const order = missing.map((term, i) => ({ term, cost: costs[i] })).sort((a, b) => a.cost - b.cost);
    await this.load(order.filter(({ cost }, i) => i === 0 || cost <= 0).map(({ term }) => term));
    return this.weigh(groups);
  }

  /** The terms of groups that were not asked for yet. @param {Group[]} groups @returns {string[]} */
  missingTerms(groups) {
    const every = groups.filter(({ phrase }) => !phrase).flatMap((group) => termsOf(group, true));
    return Array.from(new Set(every)).filter((term) => !this.postings.has(term));
  }

  /** Candidates for groups, by the terms that are here. @param {Group[]} groups @returns {Plan} */
  weigh(groups) {
    const here = groups.map((group) => termsOf(group, true).filter((term) => this.postings.has(term)));
    const runs = groups.map((group, i) => ({ group, found: this.found(here[i], group.units) }));
    const wanted = runs.filter(({ group }) => !group.exclude);
    const unwanted = runs.filter(({ group }) => group.exclude);
    const byTerm = new Set(here.filter((_, i) => !groups[i].exclude).flat());
    const founds = Array.from(byTerm, (term) => this.found([term], term.split(" ")));
    const never = unwanted.filter(({ group }) => !isUnsure(group)).flatMap(({ found }) => found.entries);
    const exact = without(common(wanted.map(({ found }) => found.entries)), never);
    const phrases = wanted.filter(({ group }) => group.phrase).map(({ found }) => found);
    const words = common([...founds, ...phrases].map((found) => found.entries));
    return {
      groups,
      own: [],
      exact,
      words: without(words, never.concat(exact)),
      wordsMatch: "words",
      full: !this.missingTerms(groups).length,
      runs: wanted,
      terms: founds,
      excluded: unwanted.filter(({ group }) => isUnsure(group)),
      never,
    };
  }

  /** Which entries the filters allow, null for all. @returns {Promise<?boolean[]>} */
  async filter() {
    const none = Object.values(this.filters).every((wanted) => !wanted || wanted.length === 0);
    return none ? null : (await import("./facets.js")).allow(this, this.filters);
  }

  /** The passages in which all of some terms of a run stand, each between something like what is beside it in the run.
   * @param {string[]} wanted @param {string[]} run @returns {Found} */
  found(wanted, run) {
    const { index, allowed } = this;
    const lists = wanted.map((term) => /** @type {Postings} */ (this.postings.get(term)));
    /** What must stand beside each term. @type {Map<string, [number, [number, number]][]>} */
    const beside = new Map(wanted.map((term) => [term, []]));
    if (run.length > 1) {
      terms(run).forEach((term, i) => {
        const its = beside.get(term) || [];
        if (i) its.push([8, sideOf(run[i - 1])]);
        if (i + 2 < run.length) its.push([0, sideOf(run[i + 2])]);
      });
    }
    const passages = common(
      wanted.map((term, i) => {
        const { passages, sides } = lists[i];
        const its = /** @type {[number, [number, number]][]} */ (beside.get(term));
        return passages.filter((_, j) => its.every(([shift, unit]) => mayBe((sides[j] >> shift) & 255, unit)));
      }),
    );
    /** @type {number[]} */
    const entries = [];
    let last = -1;
    for (const passage of passages) {
      const entry = index.entryOf[passage];
      if (entry !== last && (!allowed || allowed[entry])) entries.push(entry);
      last = entry;
    }
    return { passages, lists, length: run.length, entries };
  }

  /** A found thing's passages in one entry. @param {Found} found @param {number} entry */
  within(found, entry) {
    return between(found.passages, this.index.starts[entry], this.index.starts[entry + 1]);
  }

  /** BM25 over passages, and the greatest share of a title. @param {number} entry @param {Found[]} founds
   * @returns {[number, number]} */
  score(entry, founds) {
    const { starts, sizes, isPage } = this.index;
    const mean = Math.max(starts[isPage.length] / Math.max(isPage.length, 1), 1);
    const near = 1.2 * (0.25 + (0.75 * sizes[entry]) / mean);
    let total = 0;
    let most = 0;
    for (const found of founds) {
      const { lists, length, entries } = found;
      let often = 0;
      let title = 0;
      for (const passage of this.within(found, entry)) {
        often += lists.every((list) => list.often.has(passage)) ? 3 : 1;
        if (lists.every((list) => list.titles.has(passage))) {
          title = Math.max(title, Math.min(length / Math.max(lists[0].titles.get(passage) || 0, 1), 1));
        }
      }
      if (often) {
        const rare = Math.log(1 + (isPage.length - entries.length + 0.5) / (entries.length + 0.5));
        total += rare * ((often * 2.2) / (often + near) + (title ? 1 + TITLE * title : 0));
        most = Math.max(most, title);
      }
    }
    return [total, most];
  }

  /** The passages of an entry, the most telling first: runs before terms, text before title. @param {number} entry */
  places(entry) {
    const plan = /** @type {Plan} */ (this.plan);
    const first = this.index.starts[entry];
    const weights = new Map([[first, 0]]);
    /** @param {Found} found @param {number} weight */
    const add = (found, weight) => {
      for (const place of this.within(found, entry)) {
        const onlyTitle = place === first && found.lists.every((list) => list.titles.has(place));
        weights.set(place, (weights.get(place) || 0) + (onlyTitle ? weight / 2 : weight));
      }
    };
    plan.runs.forEach(({ found }) => add(found, 64));
    plan.terms.forEach((found) => add(found, 2));
    plan.excluded.forEach(({ found }) => add(found, 0)); // they tell nothing, but must be read
    return Array.from(weights).sort((a, b) => b[1] - a[1] || a[0] - b[0]).map(([place]) => place);
  }

  /** The passage of an entry that holds a run, null where none does; undefined where too many are left to be read while
   * not all terms of the run were asked for. @param {Plan["runs"][0]} run @param {number} entry @param {number[]} places */
  async proof({ group, found }, entry, places) {
    const candidates = new Set(this.within(found, entry));
    const its = places.filter((place) => candidates.has(place));
    if (!isUnsure(group)) return its.length ? its[0] : null;
    const isFull = group.exclude || /** @type {Plan} */ (this.plan).full;
    for (let at = 0, step = 1; at < its.length; at += step, step = MORE) {
      if (at > MORE && !isFull) return undefined;
      const some = its.slice(at, at + step);
      const passages = await Promise.all(some.map((place) => this.index.passage(place)));
      const which = passages.findIndex(({ title, number, text }) => [title, number, text].some((part) => holds(group.units, part)));
      if (which >= 0) return some[which];
    }
    return null;
  }

  /** What a candidate proves to be: a hit, a match of the words only, nothing, or not to be told yet. @param {number} entry
   * @param {Match} match @returns {Promise<Hit | "words" | "unclear" | null>} */
  async judge(entry, match) {
    const plan = /** @type {Plan} */ (this.plan);
    const places = this.places(entry);
    for (const run of plan.excluded) if ((await this.proof(run, entry, places)) !== null) return null;
    /** @type {?number} */
    let shown = null;
    // What must stand there as it is; phrases first, for without them it is no match of the words either.
    const asked = /** @type {Partial<Record<Match, Plan["runs"]>>} */ ({ exact: plan.runs, words: plan.runs.filter(({ group }) => group.phrase) })[match] || [];
    for (const run of asked.slice().sort((a, b) => +b.group.phrase - +a.group.phrase)) {
      const place = await this.proof(run, entry, places);
      if (place === undefined) return "unclear";
      if (place === null) return run.group.phrase ? null : "words";
      if (shown === null && isUnsure(run.group)) shown = place;
    }
    if (shown === null) shown = places[0];
    const passage = await this.index.passage(shown);
    this.check(plan, match, entry, shown, passage);
    const runs = plan.runs.map(({ group }) => group.units);
    if (match === "words" || match === "relaxed") {
      for (const run of runs.slice()) run.slice(1).forEach((unit, i) => runs.push([run[i], unit]));
    }
    // Made when asked for: of most that are judged nothing is shown.
    return {
      match,
      passage,
      get title() {
        return snippet(passage.title, runs, Infinity);
      },
      get snippet() {
        return snippet(passage.text, runs);
      },
    };
  }

  /** What is shown must hold what it is shown for, two units as well: else the parts of the index do not belong together.
   * @param {Plan} plan @param {Match} match @param {number} entry @param {number} place @param {Passage} passage */
  check(plan, match, entry, place, { title, number, text }) {
    if (match !== "exact") return;
    for (const { group, found } of plan.runs) {
      if (isUnsure(group) || !this.within(found, entry).includes(place)) continue;
      if (![title, number, text].some((part) => holds(group.units, part))) throw new Error("检索数据前后不一致，请刷新网页");
    }
  }
}

/** The part of a text that shows most of the runs, in one line, and where they stand in it (UTF-16 units).
 * @param {string} text @param {string[][]} runs @param {number} [length] @returns {Marked} */
export function snippet(text, runs, length = SNIPPET) {
  const places = spans(text);
  /** @type {[number, number, number][]} */
  const ranges = [];
  runs.forEach((run, kind) => find(run, places).forEach(([start, end]) => ranges.push([start, end, kind])));
  ranges.sort((a, b) => a[0] - b[0] || a[1] - b[1] || a[2] - b[2]);
  let best = 0;
  let most = 0;
  for (const [start] of ranges) {
    const kinds = new Set(ranges.filter(([s, e]) => start <= s && e <= start + length - LEAD).map((range) => range[2]));
    if (kinds.size > most) [best, most] = [start, kinds.size];
  }
  let begin = length < text.length ? Math.max(best - LEAD, 0) : 0;
  let end = Math.min(begin + length, text.length);
  if (isHalf(text, begin)) begin++;
  if (isHalf(text, end)) end--;
  const before = begin ? "…" : "";
  /** @type {[number, number][]} */
  const marks = [];
  for (const [start, stop] of ranges) {
    if (start < begin || stop > end) continue;
    const shift = before.length - begin;
    const last = marks[marks.length - 1];
    if (last && start + shift <= last[1]) last[1] = Math.max(last[1], stop + shift);
    else marks.push([start + shift, stop + shift]);
  }
  return { text: before + text.slice(begin, end).replace(/\n/g, " ") + (end < text.length ? "…" : ""), marks };
}

/** Whether a place is inside a surrogate pair. @param {string} text @param {number} at */
function isHalf(text, at) {
  return /^[\udc00-\udfff]/.test(text.slice(at)) && /[\ud800-\udbff]$/.test(text.slice(0, at));
}
