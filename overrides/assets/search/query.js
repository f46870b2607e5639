// Answers a query. The rules stand in gazette/search/query.py; both find the same set.

import { dayNumber, nextBit } from "./index.js";
import { find, holds, isSingle, numberKey, spans, terms, units } from "./terms.js";

/**
 * @typedef {import("./index.js").Index} Index
 * @typedef {import("./index.js").Passage} Passage
 * @typedef {import("./index.js").Postings} Postings
 * @typedef {{units: string[], phrase: boolean, exclude: boolean}} Group
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
const ALL_TERMS = 3;
const MANY = 10;
/** The terms that cover a run of so many units, linked by what follows them, leave few false candidates; of longer runs they
 * may leave hundreds (measured: 830 KB for one query). */
const FEW = 4;
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
  return { key, group: { units: run[run.length - 1] === "号" ? run.slice(0, -1) : run, phrase: true, exclude: false } };
}

/** @param {Group} group */
const isUnsure = (group) => group.units.length > 2;

/** A group's terms; of a long one, unless all are asked for, those that cover it. @param {Group} group @param {boolean} full */
function termsOf(group, full) {
  const all = terms(group.units);
  const some = full || group.units.length <= ALL_TERMS ? all : all.filter((_, i) => i % 2 === 0 || i === all.length - 1);
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
function common(lists) {
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
function without(list, others) {
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
    this.open = 0; // candidates not judged yet
    this.done = false;
    /** @type {Hit[]} */
    this.waiting = [];
    this.want = 0;
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

  /** All entries that are candidates now, for counting. */
  get candidates() {
    return this.plan ? [...this.plan.own, ...this.plan.exact, ...this.plan.words] : [];
  }

  /** The next hits, at most this many; fewer mean that there are no more. @param {number} count */
  async more(count) {
    this.want = count;
    while (!this.done && (this.waiting.length < count || (!this.exact && this.total <= VERIFY))) {
      const step = await this.batches.next();
      if (step.done) this.done = true;
      else this.waiting.push(...step.value);
    }
    return this.waiting.splice(0, count);
  }

  /** Hits in batches: every way to read the query in turn until one finds something.
   * @returns {AsyncGenerator<Hit[], void, void>} */
  async *run() {
    for await (const plan of this.plans()) {
      this.plan = plan;
      this.open = plan.own.length + plan.exact.length + plan.words.length;
      yield* this.tier(plan.own, "number");
      const demoted = yield* this.tier(plan.exact, "exact");
      if (plan.words.length || demoted.length) {
        let rest = [...demoted, ...plan.words];
        if (!plan.full) {
          const whole = await this.weigh(plan.groups, true);
          const members = new Set([...whole.exact, ...whole.words]);
          Object.assign(plan, whole, { exact: plan.exact });
          rest = Array.from(new Set([...rest, ...whole.words])).filter((entry) => members.has(entry));
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
    const queue = this.inOrder(entries, match);
    /** @type {number[]} */
    const demoted = [];
    for (let at = 0; at < queue.length; ) {
      const batch = queue.slice(at, at + Math.max(this.want - this.waiting.length, BATCH));
      at += batch.length;
      const verdicts = await Promise.all(batch.map((entry) => this.judge(entry, match)));
      /** @type {Hit[]} */
      const hits = [];
      verdicts.forEach((verdict, i) => {
        if (verdict === "words") {
          demoted.push(batch[i]);
          return;
        }
        this.open--;
        if (verdict) {
          this.kept++;
          hits.push(verdict);
        }
      });
      if (hits.length) yield hits;
    }
    return demoted;
  }

  /** Entries from the best on; by date, the newest first. @param {number[]} entries @param {Match} match */
  inOrder(entries, match) {
    const plan = /** @type {Plan} */ (this.plan);
    const { isPage, group, over } = this.index;
    if (this.sort === "date" || match === "listed") return entries.slice().sort((a, b) => b - a);
    const founds = { number: [], exact: plan.runs.map(({ found }) => found) }[match] || plan.terms;
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
    return [].concat(...Array.from(issues.values()));
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
    if (this.hasUnknown() && (await index.learnTable())) await this.load(this.firstTerms());
    const reading = numberReading(query);
    if (reading) {
      await this.load([reading.key]);
      await this.findMissing(reading.key);
      const plan = await this.narrow([reading.group]);
      const own = this.found([reading.key], []).entries;
      yield { ...plan, own, exact: without(plan.exact, own), words: [], full: true };
    }
    const groups = parse(query);
    const nothing = { groups, own: [], exact: [], words: [], full: true, runs: [], terms: [], excluded: [], never: [] };
    if (!groups.length && allowed) {
      const every = index.isPage.map((_, entry) => entry).filter((entry) => allowed[entry]);
      yield { ...nothing, words: every, wordsMatch: "listed" };
    }
    if (!groups.some((group) => !group.exclude)) return;
    yield await this.narrow(groups);
    const said = letters(query);
    if (said) yield { ...nothing, words: await this.bySound(said), wordsMatch: "pinyin" };
    const whole = await this.weigh(groups, true);
    const some = Array.from(new Set([].concat(...whole.terms.map((found) => found.entries))));
    await this.suggest(groups);
    yield { ...whole, exact: [], words: without(some, whole.never), wordsMatch: "relaxed" };
  }

  /** If no document at all has a number: what to say of it. @param {string} key */
  async findMissing(key) {
    const { index } = this;
    if (/** @type {Postings} */ (this.postings.get(key)).passages.length) return;
    const serial = (/** @type {string} */ name) => +name.slice(name.lastIndexOf(" "));
    const known = (await index.siblings(key)).sort((a, b) => serial(a) - serial(b));
    const at = known.findIndex((name) => serial(name) > serial(key));
    const near = at < 0 ? known.slice(-1) : known.slice(Math.max(at - 1, 0), at + 1);
    const places = await Promise.all(near.map((name) => index.postings(name)));
    const neighbours = await Promise.all(places.map(({ passages }) => index.passage(passages[0])));
    this.missing = { number: spelt(key), neighbours };
  }

  /** Titles that letters spell. @param {string} said @returns {Promise<number[]>} */
  async bySound(said) {
    const { index } = this;
    const [{ initials, spells }, table] = await Promise.all([import("./pinyin.js"), index.pinyin()]);
    const candidates = new Set();
    for (const firsts of initials(said, table)) {
      const pairs = Array.from(firsts.slice(1), (letter, i) => `~${firsts[i]}${letter}`);
      await this.load(pairs);
      const lists = pairs.map((pair, i) => {
        const { passages, nexts } = /** @type {Postings} */ (this.postings.get(pair));
        const bit = i + 2 < firsts.length ? nextBit(`~${firsts[i + 2]}`) : 0;
        return passages.filter((_, j) => (nexts[j] & bit) === bit);
      });
      for (const passage of common(lists)) candidates.add(index.entryOf[passage]);
    }
    const entries = Array.from(candidates).filter((entry) => !this.allowed || this.allowed[entry]).sort((a, b) => a - b);
    const proved = await Promise.all(
      entries.map(async (entry) => spells(said, (await index.passage(index.starts[entry])).title, table)),
    );
    return entries.filter((_, i) => proved[i]);
  }

  /** Set what the query may have meant. @param {Group[]} groups */
  async suggest(groups) {
    const { index } = this;
    const { LEAST, TITLES, suggestions } = await import("./nearest.js");
    if (groups.length !== 1 || groups[0].exclude || groups[0].units.length < LEAST) return;
    /** @type {Map<number, number>} */
    const shared = new Map();
    for (const term of termsOf(groups[0], true)) {
      for (const passage of /** @type {Postings} */ (this.postings.get(term)).titles.keys()) {
        shared.set(passage, (shared.get(passage) || 0) + 1);
      }
    }
    const likely = Array.from(shared).sort((a, b) => b[1] - a[1] || b[0] - a[0]).slice(0, TITLES);
    const titles = await Promise.all(likely.map(async ([passage]) => (await index.passage(passage)).title));
    this.suggestions = suggestions(groups[0].units, titles);
  }

  /** The terms that are surely asked for first, as the query is folded now. */
  firstTerms() {
    const reading = numberReading(this.query);
    const groups = reading ? [reading.group] : parse(this.query);
    return [].concat(reading ? [reading.key] : [], ...groups.map((group) => termsOf(group, false)));
  }

  /** Whether a Han character of the query is in no term that was found: it may be a traditional one that
   * the archive never uses. */
  hasUnknown() {
    const known = new Set();
    for (const [term, { passages }] of this.postings) if (passages.length) term.split(" ").forEach((u) => known.add(u));
    return units(this.query).some((unit) => isSingle(unit) && !known.has(unit));
  }

  /** @param {string[]} wanted */
  async load(wanted) {
    const missing = Array.from(new Set(wanted)).filter((term) => !this.postings.has(term));
    const found = await Promise.all(missing.map((term) => this.index.postings(term)));
    missing.forEach((term, i) => this.postings.set(term, found[i]));
  }

  /** Candidates by the fewest terms; by all of them where many would have to be verified. @param {Group[]} groups */
  async narrow(groups) {
    const plan = await this.weigh(groups, false);
    const sure = plan.full || plan.exact.length <= MANY || groups.every(({ units: run }) => run.length <= FEW);
    return sure ? plan : this.weigh(groups, true);
  }

  /** Candidates for groups, by all their terms or by those that cover them. @param {Group[]} groups @param {boolean} full
   * @returns {Promise<Plan>} */
  async weigh(groups, full) {
    await this.load([].concat(...groups.map((group) => termsOf(group, full))));
    const runs = groups.map((group) => ({ group, found: this.found(termsOf(group, full), group.units) }));
    const wanted = runs.filter(({ group }) => !group.exclude);
    const unwanted = runs.filter(({ group }) => group.exclude);
    const byTerm = new Set([].concat(...wanted.map(({ group }) => termsOf(group, full))));
    const founds = Array.from(byTerm, (term) => this.found([term], term.split(" ")));
    const never = [].concat(...unwanted.filter(({ group }) => !isUnsure(group)).map(({ found }) => found.entries));
    const exact = without(common(wanted.map(({ found }) => found.entries)), never);
    const phrases = wanted.filter(({ group }) => group.phrase).map(({ found }) => found);
    const words = common([...founds, ...phrases].map((found) => found.entries));
    return {
      groups,
      own: [],
      exact,
      words: without(words, never.concat(exact)),
      wordsMatch: "words",
      full: full || groups.every((group) => group.phrase || group.units.length <= ALL_TERMS),
      runs: wanted,
      terms: founds,
      excluded: unwanted.filter(({ group }) => isUnsure(group)),
      never,
    };
  }

  /** The passages in which all of some terms of a run stand, each followed by something like what follows it in the run.
   * @param {string[]} wanted @param {string[]} run @returns {Found} */
  found(wanted, run) {
    const { index, allowed } = this;
    const lists = wanted.map((term) => /** @type {Postings} */ (this.postings.get(term)));
    /** @type {Map<string, number>} */
    const bits = new Map();
    terms(run).forEach((term, i) => i + 2 < run.length && bits.set(term, (bits.get(term) || 0) | nextBit(run[i + 2])));
    const passages = common(
      wanted.map((term, i) => {
        const bit = bits.get(term) || 0;
        return bit ? lists[i].passages.filter((_, j) => (lists[i].nexts[j] & bit) === bit) : lists[i].passages;
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
    const { starts, isPage } = this.index;
    const mean = Math.max(starts[isPage.length] / Math.max(isPage.length, 1), 1);
    const near = 1.2 * (0.25 + (0.75 * (starts[entry + 1] - starts[entry])) / mean);
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
    return Array.from(weights).sort((a, b) => b[1] - a[1] || a[0] - b[0]).map(([place]) => place);
  }

  /** What a candidate proves to be: a hit, a match of the words only, or nothing. @param {number} entry @param {Match} match
   * @returns {Promise<Hit | "words" | null>} */
  async judge(entry, match) {
    const plan = /** @type {Plan} */ (this.plan);
    const places = this.places(entry);
    /** @param {{group: Group, found: Found}} run */
    const proves = async ({ group, found }) => {
      const candidates = new Set(this.within(found, entry));
      if (!isUnsure(group)) return candidates.size > 0;
      for (const place of places.filter((number) => candidates.has(number))) {
        const { title, number, text } = await this.index.passage(place);
        if ([title, number, text].some((part) => holds(group.units, part))) return true;
      }
      return false;
    };
    for (const run of plan.excluded) if (await proves(run)) return null;
    if (match === "exact" || match === "words") {
      for (const run of plan.runs) if (run.group.phrase && !(await proves(run))) return null;
    }
    if (match === "exact") for (const run of plan.runs) if (!(await proves(run))) return "words";
    const passage = await this.index.passage(places[0]);
    this.check(plan, match, entry, places[0], passage);
    const runs = plan.runs.map(({ group }) => group.units);
    if (match === "words" || match === "relaxed") {
      for (const run of runs.slice()) run.slice(1).forEach((unit, i) => runs.push([run[i], unit]));
    }
    return { match, passage, title: snippet(passage.title, runs, Infinity), snippet: snippet(passage.text, runs) };
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

  /** Which entries the filters allow, null for all. @returns {Promise<?boolean[]>} */
  async filter() {
    return this.allow(this.filters);
  }

  /** Which entries some filters allow. @param {Filters} filters @returns {Promise<?boolean[]>} */
  async allow(filters) {
    const { index } = this;
    const { years, kind, validity, ...named } = filters;
    /** @type {[string, (name: string) => boolean][]} */
    const tests = Object.entries(named).filter(([, wanted]) => wanted && wanted.length).map(([name, wanted]) => [name, (value) => wanted.includes(value)]);
    if (years) tests.push(["year", (name) => years[0] <= +name && +name <= years[1]]);
    const byState = validity && validity.length;
    if (!tests.length && !kind && !byState) return null;
    const [states, ...facets] = await Promise.all([
      byState ? index.states(this.day) : [],
      ...tests.map(([name]) => index.facet(name)),
    ]);
    await index.ready();
    return index.isPage.map(
      (isPage, entry) =>
        (!kind || isPage === (kind === "page")) &&
        (!byState || validity.includes(states[entry])) &&
        facets.every(({ names, sets, column }, i) => sets[column[entry]].some((name) => tests[i][1](names[name]))),
    );
  }

  /** How many candidates each value of a filter would leave, the filter itself left out. @param {string} name
   * @returns {Promise<[string, number][]>} */
  async counts(name) {
    const { index } = this;
    const key = name === "year" ? "years" : name;
    const own = this.filters[key];
    let entries = this.candidates;
    if (this.plan && own && own.length) {
      // Without this filter more would be found; the postings are here, so it costs no request.
      const { [key]: _, ...others } = this.filters;
      entries = await this.under(await this.allow(others));
    }
    /** @type {Map<string, number>} */
    const counts = new Map();
    const add = (/** @type {string} */ value) => value && counts.set(value, (counts.get(value) || 0) + 1);
    if (name === "kind") for (const entry of entries) add(index.isPage[entry] ? "page" : "document");
    else if (name === "validity") {
      const states = await index.states(this.day);
      for (const entry of entries) add(states[entry]);
    } else {
      const { names, sets, column } = await index.facet(name);
      for (const entry of entries) for (const value of sets[column[entry]]) add(names[value]);
    }
    return Array.from(counts).sort(([a], [b]) => (a < b ? -1 : 1));
  }

  /** The candidates under other filters. @param {?boolean[]} allowed @returns {Promise<number[]>} */
  async under(allowed) {
    const plan = /** @type {Plan} */ (this.plan);
    if (plan.wordsMatch === "listed") return this.index.isPage.map((_, entry) => entry).filter((entry) => !allowed || allowed[entry]);
    const before = this.allowed;
    try {
      this.allowed = allowed;
      const reading = plan.own.length ? numberReading(this.query) : null;
      const own = reading ? this.found([reading.key], []).entries : [];
      if (plan.wordsMatch === "pinyin") return await this.bySound(letters(this.query));
      const found = await this.weigh(plan.groups, plan.full);
      if (plan.wordsMatch === "relaxed") return without(Array.from(new Set([].concat(...found.terms.map((part) => part.entries)))), found.never);
      return Array.from(new Set([...own, ...found.exact, ...(plan.full || !plan.words.length ? found.words : [])]));
    } finally {
      this.allowed = before;
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
