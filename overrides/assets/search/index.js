// Reads the static index over HTTP. The format stands in gazette/search/static_index.py, shards.py, records.py.

import { learn } from "./terms.js";

/** The network or the server failed; worth trying again. */
export class LoadError extends Error {}

/**
 * @typedef {{key: string, entries: number, slots: number, bits: number}} Segment
 * Of a posting `sides` is the byte of what follows, and that of what is before << 8.
 * @typedef {{passages: number[], sides: number[], often: Set<number>, titles: Map<number, number>}} Postings
 * @typedef {{kind: string, title: string, number: string, url: string, issue: string, page: ?number, section: string,
 *   dated: ?string, authorities: string[], documentType: string, quality: string, validity: string,
 *   text: string}} Passage
 */

const FORMAT = 4;
const SIDES = 2000;
/** The byte of sides of lists that are too long to have any. */
const ANY = 255;
/** Bytes before the columns of a shard. */
const HEAD = 12;
/** Days are counted from 1900-01-01. */
const EPOCH = Date.UTC(1900, 0, 1);
/** The slots of an issue begin at a multiple of this. */
const ALIGN = 8;
const TIMEOUT = 30000;

/** @param {URL} url @param {RequestInit} [options] @returns {Promise<{status: number, data: Uint8Array}>} */
async function load(url, options = {}) {
  const abort = new AbortController();
  const timer = setTimeout(() => abort.abort(), TIMEOUT);
  try {
    const response = await fetch(url.href, { ...options, signal: abort.signal });
    if (!response.ok) throw new LoadError(`${url.pathname}: ${response.status}`);
    return { status: response.status, data: new Uint8Array(await response.arrayBuffer()) };
  } catch (error) {
    throw error instanceof LoadError ? error : new LoadError(`${url.pathname}: ${error}`);
  } finally {
    clearTimeout(timer);
  }
}

/** Read piece by piece: a Blob or a Response between would ask other processes of the browser, which on a phone takes
 * longer than the inflating. @param {Uint8Array} data @returns {Promise<Uint8Array>} */
async function inflate(data) {
  let stream;
  try {
    stream = new DecompressionStream("deflate-raw");
  } catch (error) {
    return (await import("./inflate.js")).inflate(data);
  }
  const writer = stream.writable.getWriter();
  for (const done of [writer.write(/** @type {Uint8Array<ArrayBuffer>} */ (data)), writer.close()]) done.catch(() => {}); // the reader fails, too
  const reader = stream.readable.getReader();
  const parts = [];
  for (let part; !(part = await reader.read()).done; ) parts.push(part.value);
  const plain = new Uint8Array(parts.reduce((size, part) => size + part.length, 0));
  let at = 0;
  for (const part of parts) {
    plain.set(part, at);
    at += part.length;
  }
  return plain;
}

/** A day as the index counts it. @param {string} text "2024-05-31" */
export const dayNumber = (text) => Math.max(Math.round((Date.parse(`${text}T00:00:00Z`) - EPOCH) / 864e5), 0);

/** What of a term decides its shard: of a number (`#国发 2018 39`) all but its serial. @param {string} term */
export const family = (term) => (term[0] === "#" ? term.slice(0, term.lastIndexOf(" ")) : term);

/** @param {string} text */
export function fnv1a(text) {
  let hash = 0x811c9dc5;
  for (const byte of new TextEncoder().encode(text)) hash = Math.imul(hash ^ byte, 0x01000193);
  return hash >>> 0;
}

/** What a byte of sides is where this is the only unit, and its bit where there are others. @param {string} unit
 * @returns {[number, number]} */
export function sideOf(unit) {
  const hash = fnv1a(unit);
  return [128 + ((hash >>> 16) % 127), 1 << (hash % 7)];
}

/** Whether a byte of sides may be one that a unit is in. @param {number} side @param {[number, number]} unit */
export const mayBe = (side, [alone, bit]) => (side > 127 ? side === alone || side === ANY : (side & bit) > 0);

export class Reader {
  /** @param {Uint8Array} data */
  constructor(data) {
    this.data = data;
    this.at = 0;
  }
  varint() {
    let value = 0;
    for (let unit = 1; ; unit *= 128) {
      const byte = this.take(1)[0];
      value += (byte & 127) * unit;
      if (byte < 128) return value;
    }
  }
  /** @param {number} count */
  varints(count) {
    /** @type {number[]} */
    const values = [];
    while (count-- > 0) values.push(this.varint());
    return values;
  }
  /** @param {number} size */
  take(size) {
    if (this.at + size > this.data.length) throw new Error("检索数据不完整");
    return this.data.subarray(this.at, (this.at += size));
  }
  get left() {
    return this.data.length - this.at;
  }
}

export const utf8 = new TextDecoder();

/** The number of a file, as it is named. @param {number} value */
const hex = (value) => value.toString(16).padStart(4, "0");

/** @param {number} value */
export const unzigzag = (value) => (value & 1 ? -(value >> 1) : value >> 1);

/** @param {Reader} reader @returns {[string, string][]} */
function pairs(reader) {
  let from = 0;
  return Array.from({ length: reader.varint() }, () => {
    from += reader.varint();
    return [String.fromCodePoint(from), String.fromCodePoint(from + unzigzag(reader.varint()))];
  });
}

/**
 * A term's lists, and how many bytes are to be fetched for them: none, but where they stand behind the shards of the file.
 * @typedef {{lists: Uint8Array, isBitmap: boolean, sides: Uint8Array, marks: Uint8Array}} Lists
 * @typedef {{size: number, lists: () => Promise<Lists>}} Place
 */

/** How many passages a list names. @param {Uint8Array} lists @param {boolean} isBitmap */
function countOf(lists, isBitmap) {
  let postings = 0;
  for (let byte of lists) {
    if (!isBitmap) postings += byte < 128 ? 1 : 0;
    else for (; byte; byte &= byte - 1) postings++;
  }
  return postings;
}

/** The sides of a list of so many. @param {number} count @param {Reader} sides */
const sidesOf = (count, sides) => (count > SIDES ? new Uint8Array(2 * count).fill(ANY) : sides.take(2 * count));

/** @param {Uint8Array} columns @param {Uint8Array} sides @param {number} at where in the file its first terms behind stand
 * @param {(at: number, size: number) => Promise<Uint8Array>} fetched @returns {Promise<Map<string, Place>>} */
async function openShard(columns, sides, at, fetched) {
  const [reader, follow] = (await Promise.all([inflate(columns), inflate(sides)])).map((data) => new Reader(data));
  const count = reader.varint();
  const names = utf8.decode(reader.take(reader.varint())).split("\n");
  const heads = reader.varints(count);
  const marks = reader.varints(count);
  const places = heads.map(/** @param {number} head @returns {Place | Omit<Lists, "marks">} */ (head) => {
    const isBitmap = (head & 2) > 0;
    const size = head >> 2;
    if (head & 1) {
      const start = at;
      at += size;
      return { size, lists: async () => openLists(await fetched(start, size)) };
    }
    const lists = reader.take(size);
    return { lists, isBitmap, sides: sidesOf(countOf(lists, isBitmap), follow) };
  });
  return new Map(
    places.map((place, i) => {
      const own = reader.take(marks[i]);
      return [names[i], "size" in place ? place : { size: 0, lists: async () => ({ ...place, marks: own }) }];
    }),
  );
}

/** The lists of a term that stand behind. @param {Uint8Array} data @returns {Promise<Lists>} */
async function openLists(data) {
  const reader = new Reader(await inflate(data));
  const size = reader.varint();
  const lists = reader.take(size >> 1);
  const isBitmap = (size & 1) > 0;
  const count = countOf(lists, isBitmap);
  const marks = reader.take(reader.left - (count > SIDES ? 0 : 2 * count));
  return { lists, isBitmap, sides: sidesOf(count, reader), marks };
}

/** Add a term's postings of one segment. @param {Lists} place @param {number} base @param {Postings} into */
function readPostings(place, base, into) {
  const first = into.passages.length;
  const list = new Reader(place.lists);
  if (place.isBitmap) {
    list.data.forEach((byte, i) => {
      for (let bit = 0; bit < 8; bit++) if ((byte >> bit) & 1) into.passages.push(base + i * 8 + bit);
    });
  } else {
    for (let last = base - 1; list.left; ) into.passages.push((last += list.varint() + 1));
  }
  for (let i = 0; i < place.sides.length; i += 2) into.sides.push(place.sides[i] | (place.sides[i + 1] << 8));
  const marks = new Reader(place.marks);
  for (let index = first - 1; marks.left; ) {
    const value = marks.varint();
    index += (value >> 2) + 1;
    if (value & 1) into.often.add(into.passages[index]);
    if (value & 2) into.titles.set(into.passages[index], marks.take(1)[0]);
  }
}

/** A passage of its record, inflated. @param {Uint8Array} data @returns {Passage} */
function parse(data) {
  const text = new TextDecoder("utf-16le").decode(data);
  const head = text.indexOf("\n");
  const [kind, title, number, url, issue, page, section, dated, authorities, documentType, quality, validity, folds] = JSON.parse(
    head < 0 ? text : text.slice(0, head),
  );
  const chars = Array.from(/** @type {string} */ (folds));
  learn(chars.flatMap((char, i) => (i % 2 ? [] : [[char, chars[i + 1]]])));
  const body = head < 0 ? "" : text.slice(head + 1);
  return { kind, title, number, url, issue, page, section, dated, authorities, documentType, quality, validity, text: body };
}

/** A whole index: entries and passages are numbered through its segments. */
export class Index {
  /** @param {string} address absolute, of the folder, with a slash at its end
   * @param {string} [manifest] its manifest.json, where the page has it already */
  constructor(address, manifest) {
    this.base = new URL(address);
    this.given = manifest;
    /** @type {Map<string, Promise<any>>} */
    this.cache = new Map();
    /** First passage of each entry, and one past the last. @type {number[]} */
    this.starts = [];
    /** Slots of each entry. @type {number[]} */
    this.sizes = [];
    /** @type {boolean[]} */
    this.isPage = [];
    /** Of a page the first page of its issue, of a document itself. @type {number[]} */
    this.group = [];
    /** The day from which an entry is 废止 or 失效. @type {number[]} */
    this.over = [];
    /** Entry of each passage. */
    this.entryOf = new Uint32Array(0);
    this.wholeTable = false;
    /** Whether the server gives nothing but whole files. */
    this.isWhole = false;
  }

  /** Do once what succeeds; what fails may be tried again. @template T @param {string} name @param {() => Promise<T>} work
   * @returns {Promise<T>} */
  once(name, work) {
    let found = this.cache.get(name);
    if (!found) {
      found = work().catch((error) => {
        this.cache.delete(name);
        throw error;
      });
      this.cache.set(name, found);
    }
    return found;
  }

  /** @returns {Promise<{slot: number, pack: number, pitch: number, group: number, table: string, sections: string[], segments: Segment[]}>} */
  manifest() {
    return this.once("manifest", async () => {
      const said = JSON.parse(
        this.given || utf8.decode((await load(new URL("manifest.json", this.base), { cache: "no-cache" })).data),
      );
      if (said.format !== FORMAT) throw new Error("检索数据的版本不同，请刷新网页");
      return said;
    });
  }

  /** @param {string} name @returns {Promise<Uint8Array>} */
  async bytes(name) {
    return inflate((await load(new URL(name, this.base))).data);
  }

  /** Load what every query needs. */
  ready() {
    return this.once("ready", async () => {
      const { segments } = await this.manifest();
      const items = await Promise.all(segments.map((segment) => this.bytes(`${segment.key}/items.bin`)));
      /** @type {number[]} */
      const starts = [];
      /** @type {boolean[]} */
      const isPage = [];
      /** @type {number[]} */
      const group = [];
      /** @type {number[]} */
      const over = [];
      /** @type {number[]} */
      const sizes = [];
      let slots = 0;
      segments.forEach((segment, i) => {
        const reader = new Reader(items[i]);
        const issues = reader.varints(reader.varint());
        const before = sizes.length;
        const steps = reader.varints(segment.entries);
        isPage.push(...reader.varints(segment.entries).map(Boolean));
        let at = 0;
        for (const entries of issues) {
          at = Math.ceil(at / ALIGN) * ALIGN;
          let first = -1;
          let size = 0;
          for (let n = 0; n < entries; n++) {
            const entry = starts.push(slots + at) - 1;
            size += steps[entry - before];
            sizes.push(size);
            at += size;
            if (isPage[entry] && first < 0) first = entry;
            group.push(isPage[entry] ? first : entry);
          }
        }
        while (over.length < sizes.length) over.push(Infinity);
        let entry = before - 1;
        for (let count = reader.varint(); count > 0; count--) {
          entry += reader.varint() + 1;
          over[entry] = reader.varint();
        }
        slots += segment.slots;
      });
      starts.push(slots);
      this.entryOf = new Uint32Array(slots);
      isPage.forEach((_, entry) => this.entryOf.fill(entry, starts[entry], starts[entry + 1]));
      this.starts = starts;
      this.sizes = sizes;
      this.isPage = isPage;
      this.group = group;
      this.over = over;
    });
  }

  /** Learn the whole table of traditional characters; true if that was news. */
  async learnTable() {
    if (this.wholeTable) return false;
    const { table } = await this.manifest();
    learn(pairs(new Reader(await this.bytes(table))));
    return (this.wholeTable = true);
  }

  /** The shard of a term in each segment. @param {string} term @returns {Promise<Map<string, Place>[]>} */
  async shards(term) {
    const { segments, pitch, group } = await this.manifest();
    const hash = fnv1a(family(term));
    return Promise.all(
      segments.map(({ key, bits }) => {
        const shard = hash & ((1 << bits) - 1);
        const name = `${key}/grams/${hex(Math.floor(shard / group))}.bin`;
        return this.once(`${name} ${shard}`, async () => {
          const fetched = (/** @type {number} */ at, /** @type {number} */ size) => this.range(name, at, size);
          const data = await this.range(name, (shard % group) * pitch, pitch);
          const head = new DataView(data.buffer, data.byteOffset);
          const [middle, sides, first] = [0, 4, 8].map((at) => head.getUint32(at, true));
          const end = middle + sides;
          if (HEAD + end <= pitch) {
            return openShard(data.subarray(HEAD, HEAD + middle), data.subarray(HEAD + middle, HEAD + end), first, fetched);
          }
          const more = await fetched(first, end);
          return openShard(more.subarray(0, middle), more.subarray(middle), first + end, fetched);
        });
      }),
    );
  }

  /** How many bytes are still to be fetched for a term's postings, -1 where it stands nowhere; fetches its shards.
   * @param {string} term @returns {Promise<number>} */
  async cost(term) {
    const places = (await this.shards(term)).map((shard) => shard.get(term)).filter(Boolean);
    return places.length ? places.reduce((sum, place) => sum + /** @type {Place} */ (place).size, 0) : -1;
  }

  /** Where a term stands; needs the manifest only. @param {string} term @returns {Promise<Postings>} */
  postings(term) {
    return this.once(`postings ${term}`, async () => {
      const { segments } = await this.manifest();
      const shards = await this.shards(term);
      const places = shards.map((shard) => shard.get(term));
      const lists = await Promise.all(places.map((place) => place && place.lists()));
      /** @type {Postings} */
      const found = { passages: [], sides: [], often: new Set(), titles: new Map() };
      let base = 0;
      lists.forEach((its, i) => {
        if (its) readPostings(its, base, found);
        base += segments[i].slots;
      });
      return found;
    });
  }

  /** @param {number} number @returns {Promise<Passage>} */
  passage(number) {
    return this.once(`passage ${number}`, async () => {
      const { segments, slot, pack } = await this.manifest();
      let local = number;
      let which = 0;
      while (local >= segments[which].slots) local -= segments[which++].slots;
      const name = `${segments[which].key}/texts/${hex(Math.floor(local / pack))}.bin`;
      const start = (local % pack) * slot;
      let data = await this.range(name, start, slot);
      const length = 4 + new DataView(data.buffer, data.byteOffset).getUint32(0, true);
      if (length > slot) data = await this.range(name, start, Math.ceil(length / slot) * slot);
      return parse(await inflate(data.subarray(4, length)));
    });
  }

  /** Part of a file: by Range where the server can, else from the whole file. The query makes each part a thing of its own
   * to the browser's cache, which would let only one part of a file be fetched at a time. @param {string} name
   * @param {number} start @param {number} size @returns {Promise<Uint8Array>} */
  async range(name, start, size) {
    const whole = this.cache.get(name);
    let data = whole && (await whole);
    if (!data) {
      const url = new URL(this.isWhole ? name : `${name}?${start}`, this.base);
      const found = await load(url, { headers: { Range: `bytes=${start}-${start + size - 1}` } });
      if (found.status === 206 && found.data.length === size) return found.data;
      if (found.status !== 200) throw new LoadError(`${name}: ${found.status}, ${found.data.length}`);
      data = found.data;
      this.isWhole = true;
      this.cache.set(name, Promise.resolve(data));
    }
    if (start + size > data.length) throw new Error("检索数据不完整");
    return data.subarray(start, start + size);
  }
}
