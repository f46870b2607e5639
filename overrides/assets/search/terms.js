// What a search term is. The rules stand in gazette/search/terms.py; tests/terms.json holds both to them.

const SINGLES =
  "\\u2e80-\\u2fd5\\u3005\\u3007\\u3041-\\u3096\\u309d-\\u309f\\u30a1-\\u30fa\\u30fc-\\u30ff\\u3105-\\u312f" +
  "\\u31a0-\\u31bf\\u31f0-\\u31ff\\u3400-\\u4dbf\\u4e00-\\u9fff\\uac00-\\ud7a3\\ue000-\\uf8ff\\uf900-\\ufaff" +
  "\\u{20000}-\\u{3fffd}\\u{f0000}-\\u{ffffd}\\u{100000}-\\u{10fffd}";
const SINGLE = new RegExp(`^[${SINGLES}]`, "u");
const KEPT = new RegExp(`[${SINGLES}\\p{L}\\p{Nd}\\n]`, "u");
const GONE = /[\p{Cf}\p{Mn}\p{Me}]/u;
const UNIT = new RegExp(`[${SINGLES}]|\\p{Nd}+|[^${SINGLES}\\p{Nd} \\n]+`, "gu");
const DIGITS = /^\p{Nd}/u;

/** Traditional character → simplified; only what the archive needs, see `learn`. @type {Map<string, string>} */
const simplified = new Map();
/** @type {Map<string, string>} */
const folded = new Map();

/** Add pairs of traditional and simplified characters. @param {Iterable<[string, string]>} pairs */
export function learn(pairs) {
  for (const [from, to] of pairs) {
    if (simplified.get(from) === to) continue;
    simplified.set(from, to);
    folded.clear();
  }
}

/** @param {string} text */
function normal(text) {
  const plain = text.toLowerCase().normalize("NFKD").replace(/[\u0300-\u036f]/g, "");
  return Array.from(plain.normalize("NFC").toLowerCase(), (c) => simplified.get(c) || c).join("");
}

/** One code point as it is searched. @param {string} char */
function foldChar(char) {
  // Most of a text: a plain Han character is folded by the table alone, and normalizing each takes its time on a phone.
  if (char >= "\u4e00" && char <= "\u9fff" && !simplified.has(char)) return char;
  let known = folded.get(char);
  if (known === undefined) {
    let before = "";
    let after = char;
    while (after !== before) [before, after] = [after, normal(after)];
    known = Array.from(after, (c) => (KEPT.test(c) ? c : GONE.test(c) ? "" : " ")).join("");
    folded.set(char, known);
  }
  return known;
}

/** A text as it is searched: singles, letters, digits, blanks and barriers. @param {string} text */
export function fold(text) {
  let out = "";
  for (const char of text) out += foldChar(char);
  return out;
}

/** The units of a text in order. @param {string} text @returns {string[]} */
export function units(text) {
  return fold(text).match(UNIT) || [];
}

/** Whether a unit is one Han character or the like. @param {string} unit */
export function isSingle(unit) {
  return SINGLE.test(unit);
}

/** The terms under which a run is found. @param {string[]} run */
export function terms(run) {
  return run.length === 1 ? run : run.slice(1).map((unit, i) => `${run[i]} ${unit}`);
}

/**
 * A unit and where it stands in the original text, in UTF-16 units; `block` counts barriers.
 * @typedef {{unit: string, start: number, end: number, block: number}} Span
 */

/** The units of a text with their places. @param {string} text @returns {Span[]} */
export function spans(text) {
  let all = "";
  let at = 0;
  /** @type {number[]} */
  const starts = [];
  /** @type {number[]} */
  const ends = [];
  for (const char of text) {
    const piece = foldChar(char);
    for (let i = 0; i < piece.length; i++) {
      starts.push(at);
      ends.push(at + char.length);
    }
    all += piece;
    at += char.length;
  }
  let block = 0;
  let position = 0;
  return Array.from(all.matchAll(UNIT), (match) => {
    const start = /** @type {number} */ (match.index);
    for (; position < start; position++) if (all[position] === "\n") block++;
    return { unit: match[0], start: starts[start], end: ends[start + match[0].length - 1], block };
  });
}

/** Where a run stands contiguously inside one block. @param {string[]} run @param {Span[]} places */
export function find(run, places) {
  /** @type {[number, number][]} */
  const found = [];
  for (let i = 0; i + run.length <= places.length; i++) {
    const last = places[i + run.length - 1];
    if (places[i].block === last.block && run.every((unit, j) => places[i + j].unit === unit)) {
      found.push([places[i].start, last.end]);
    }
  }
  return found;
}

/** Whether a run stands contiguously inside one block of a text. @param {string[]} run @param {string} text */
export function holds(run, text) {
  const wanted = ` ${run.join(" ")} `;
  return fold(text).split("\n").some((block) => ` ${(block.match(UNIT) || []).join(" ")} `.includes(wanted));
}

/** The canonical term of a run that reads as a 发文字号, or null. @param {string[]} run */
export function numberKey(run) {
  const said = run.filter((unit) => !["第", "年", "号"].includes(unit));
  const digits = said.filter((unit) => DIGITS.test(unit)).map((unit) => unit.replace(/^0+/, "") || "0");
  const code = said.slice(0, said.length - digits.length);
  if (!code.length || code.length > 24 || !digits.length || digits.length > 2) return null;
  if (code.some((unit) => DIGITS.test(unit)) || !isSingle(code[0])) return null;
  const reads =
    digits.length === 2
      ? Array.from(digits[0]).length > 1 && Array.from(digits[0]).length < 5
      : run[run.length - 1] === "号" || ["令", "字"].includes(code[code.length - 1]);
  return reads ? `#${code.join("")} ${digits.join(" ")}` : null;
}
