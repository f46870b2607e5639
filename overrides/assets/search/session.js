// One reader's searches: the same calls on the page (this class) and in a worker (remote.js). All that goes in and out is
// plain data.

import { Index } from "./index.js";
import { Search, stateOn } from "./query.js";

/**
 * @typedef {{query: string, filters: import("./query.js").Filters, sort: "relevance"|"date", on: string}} Question
 * @typedef {import("./query.js").Hit & {validity: string}} Shown
 * @typedef {{hits: Shown[], total: number, exact: boolean, more: boolean, relaxed: boolean, suggestions: string[],
 *   unsettled: boolean, missing: ?{number: string, neighbours: {title: string, number: string, url: string}[]}}} Answer
 */

export class Session {
  /** @param {string} address of the index @param {string} [manifest] where the page has it already */
  constructor(address, manifest) {
    this.address = address;
    this.manifest = manifest;
    this.index = new Index(address, manifest);
    /** @type {?Search} */
    this.search = null;
    this.on = "";
  }

  /** Get ready for a query to come. */
  warm() {
    return this.index.ready();
  }

  /** Ask, and get the first answers. @param {Question} question @param {number} count @returns {Promise<Answer>} */
  async ask({ query, filters, sort, on }, count) {
    const search = new Search(this.index, query, filters, sort, on);
    this.search = search;
    this.on = on;
    try {
      return this.answer(search, await search.more(count));
    } catch (error) {
      if (this.search !== search) throw error; // a newer question is what the reader waits for
      // What the page says of the index may be older than the index: then it is read anew, once.
      this.index = new Index(this.address);
      if (!this.manifest) throw error;
      this.manifest = undefined;
      return this.ask({ query, filters, sort, on }, count);
    }
  }

  /** The next answers to the same question. @param {number} count @returns {Promise<Answer>} */
  async more(count) {
    const search = /** @type {Search} */ (this.search);
    return this.answer(search, await search.more(count));
  }

  /** Make the total sure; no new answers. @returns {Promise<Answer>} */
  async settle() {
    const search = /** @type {Search} */ (this.search);
    await search.settle();
    return this.answer(search, []);
  }

  /** @param {Search} search @param {import("./query.js").Hit[]} hits @returns {Answer} */
  answer(search, hits) {
    const { missing, suggestions, total, exact, plan, kept } = search;
    return {
      hits: hits.map((hit) => ({ ...hit, passage: { ...hit.passage, text: "" }, validity: this.on ? stateOn(hit.passage.validity, this.on) : "" })),
      total,
      exact,
      unsettled: search.isUnsettled,
      more: search.waiting.length > 0 || !(search.done || (exact && kept >= total)),
      relaxed: !!plan && plan.wordsMatch === "relaxed" && total > 0,
      suggestions,
      missing: missing && {
        number: missing.number,
        neighbours: missing.neighbours.map(({ title, number, url }) => ({ title, number, url })),
      },
    };
  }

  /** What each value of a filter has: of the last question, or of the whole archive. @param {string} name
   * @returns {Promise<[string, number][]>} */
  async counts(name) {
    const { counts } = await import("./facets.js");
    if (this.search && this.search.plan) return counts(this.search, name);
    const every = new Search(this.index, "", { kind: "" }, "date", this.on);
    await this.index.ready();
    every.plan = /** @type {any} */ ({ own: [], exact: [], words: this.index.isPage.map((_, entry) => entry) });
    return counts(every, name);
  }

  /** What somebody who types may mean. @param {string} text */
  async suggest(text) {
    return (await import("./suggest.js")).suggest(this.index, text);
  }
}

