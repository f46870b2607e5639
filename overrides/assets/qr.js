// A QR code (ISO/IEC 18004) of a short text: bytes, correction level M, versions 1–10. Made in the reader's
// browser, since only it knows at which address the page stands. tests/test_reading.py holds it to a second encoder.

/** By version: correction bytes a block, then [blocks, data bytes] of each group. @type {[number, ...[number, number][]][]} */
const BLOCKS = [
  [10, [1, 16]], [16, [1, 28]], [26, [1, 44]], [18, [2, 32]], [24, [2, 43]],
  [16, [4, 27]], [18, [4, 31]], [22, [2, 38], [2, 39]], [22, [3, 36], [2, 37]], [26, [4, 43], [1, 44]],
];
const ALIGN = [[], [6, 18], [6, 22], [6, 26], [6, 30], [6, 34], [6, 22, 38], [6, 24, 42], [6, 26, 46], [6, 28, 50]];
/** @type {((row: number, column: number) => number)[]} */
const MASKS = [
  (r, c) => (r + c) % 2, (r) => r % 2, (_, c) => c % 3, (r, c) => (r + c) % 3,
  (r, c) => ((r >> 1) + Math.floor(c / 3)) % 2, (r, c) => ((r * c) % 2) + ((r * c) % 3),
  (r, c) => (((r * c) % 2) + ((r * c) % 3)) % 2, (r, c) => (((r + c) % 2) + ((r * c) % 3)) % 2,
];

/** @type {number[]} */
const EXP = [];
/** @type {number[]} */
const LOG = [];
for (let i = 0, x = 1; i < 255; i++) {
  EXP[i] = x;
  LOG[x] = i;
  x = x << 1 ^ (x & 128 ? 285 : 0);
}
/** @param {number} a @param {number} b */
const times = (a, b) => (a && b ? EXP[(LOG[a] + LOG[b]) % 255] : 0);

/** Reed–Solomon remainder. @param {number[]} data @param {number} count */
function correction(data, count) {
  let generator = [1];
  for (let i = 0; i < count; i++) {
    const next = [...generator, 0];
    generator.forEach((g, at) => (next[at + 1] ^= times(g, EXP[i])));
    generator = next;
  }
  const rest = [...data, ...Array(count).fill(0)];
  for (let i = 0; i < data.length; i++) {
    const lead = rest[i];
    generator.forEach((g, at) => (rest[i + at] ^= times(g, lead)));
  }
  return rest.slice(data.length);
}

/** Bits of a value followed by its BCH remainder. @param {number} value @param {number} bits @param {number} polynomial */
function bch(value, bits, polynomial) {
  let rest = value << bits;
  for (let at = 31 - Math.clz32(rest); at >= bits; at--) if ((rest >> at) & 1) rest ^= polynomial << (at - bits);
  return (value << bits) | rest;
}

/** All code words of a text in the order in which they are laid out, and the version. @param {string} text */
function codewords(text) {
  const bytes = Array.from(new TextEncoder().encode(text));
  const room = BLOCKS.map(([, ...groups]) => groups.reduce((sum, [n, size]) => sum + n * size, 0));
  const version = room.findIndex((size, i) => bytes.length + (i < 9 ? 2 : 3) <= size) + 1;
  if (!version) return null;
  const wide = version > 9 ? 16 : 8;
  let bits = "0100" + bytes.length.toString(2).padStart(wide, "0");
  for (const byte of bytes) bits += byte.toString(2).padStart(8, "0");
  const size = room[version - 1];
  bits += "0".repeat(Math.min(4, size * 8 - bits.length));
  bits += "0".repeat(-bits.length & 7);
  const data = /** @type {string[]} */ (bits.match(/.{8}/g)).map((b) => parseInt(b, 2));
  for (let pad = 236; data.length < size; pad ^= 236 ^ 17) data.push(pad);
  const [count, ...groups] = BLOCKS[version - 1];
  const blocks = [];
  let at = 0;
  for (const [n, length] of groups) for (let i = 0; i < n; i++) blocks.push(data.slice(at, (at += length)));
  const checks = blocks.map((block) => correction(block, count));
  const out = [];
  for (const list of [blocks, checks]) {
    for (let i = 0; i < Math.max(...list.map((b) => b.length)); i++) for (const b of list) if (i < b.length) out.push(b[i]);
  }
  return { version, out };
}

/** How hard a matrix is to read: the four rules of the standard. @param {number[][]} m */
function penalty(m) {
  const n = m.length;
  let sum = 0;
  let dark = 0;
  const lines = [...m, ...m.map((_, c) => m.map((row) => row[c]))];
  for (const line of lines) {
    let run = 1;
    for (let i = 1; i <= n; i++) {
      if (line[i] === line[i - 1]) run++;
      else {
        if (run > 4) sum += run - 2;
        run = 1;
      }
    }
    const said = line.join("");
    for (const bad of ["10111010000", "00001011101"]) {
      for (let i = said.indexOf(bad); i >= 0; i = said.indexOf(bad, i + 1)) sum += 40;
    }
  }
  for (let r = 0; r < n; r++) {
    for (let c = 0; c < n; c++) {
      dark += m[r][c];
      if (r && c && m[r][c] === m[r - 1][c] && m[r][c] === m[r][c - 1] && m[r][c] === m[r - 1][c - 1]) sum += 3;
    }
  }
  return sum + 10 * Math.floor(Math.abs((dark * 20) / (n * n) - 10));
}

/** Rows of 0 and 1, null where the text is too long. @param {string} text @param {number} [forced] a mask */
export function matrix(text, forced) {
  const made = codewords(text);
  if (!made) return null;
  const { version, out } = made;
  const n = 17 + 4 * version;
  /** @type {number[][]} */
  const m = Array.from({ length: n }, () => Array(n).fill(0));
  /** @type {boolean[][]} */
  const own = Array.from({ length: n }, () => Array(n).fill(false));
  /** @param {number} r @param {number} c @param {unknown} dark */
  const set = (r, c, dark) => {
    if (r < 0 || c < 0 || r >= n || c >= n) return;
    m[r][c] = dark ? 1 : 0;
    own[r][c] = true;
  };
  for (const [row, column] of [[3, 3], [3, n - 4], [n - 4, 3]]) {
    for (let r = -4; r < 5; r++) for (let c = -4; c < 5; c++) {
      const far = Math.max(Math.abs(r), Math.abs(c));
      set(row + r, column + c, far !== 2 && far !== 4);
    }
  }
  for (let i = 8; i < n - 8; i++) {
    set(6, i, i % 2 === 0);
    set(i, 6, i % 2 === 0);
  }
  for (const row of ALIGN[version - 1]) for (const column of ALIGN[version - 1]) {
    if (own[row][column] && (row < 9 || column < 9) && !(row === 6 && column > 8 && column < n - 9) && !(column === 6 && row > 8 && row < n - 9)) continue;
    for (let r = -2; r < 3; r++) for (let c = -2; c < 3; c++) set(row + r, column + c, Math.max(Math.abs(r), Math.abs(c)) !== 1);
  }
  if (version > 6) {
    const said = bch(version, 12, 0x1f25);
    for (let i = 0; i < 18; i++) {
      const a = Math.floor(i / 3);
      const b = n - 11 + (i % 3);
      set(a, b, (said >> i) & 1);
      set(b, a, (said >> i) & 1);
    }
  }
  const format = (/** @type {number} */ mask) => {
    const said = bch(mask, 10, 0x537) ^ 0x5412;
    for (let i = 0; i < 15; i++) {
      const dark = (said >> i) & 1;
      set(i < 6 ? i : i < 8 ? i + 1 : n - 15 + i, 8, dark);
      set(8, i < 8 ? n - 1 - i : i < 9 ? 7 : 14 - i, dark);
    }
    set(n - 8, 8, 1);
  };
  format(0);
  let bit = 0;
  for (let right = n - 1, up = true; right > 0; right -= 2, up = !up) {
    if (right === 6) right--;
    for (let i = 0; i < n; i++) for (const c of [right, right - 1]) {
      const r = up ? n - 1 - i : i;
      if (own[r][c]) continue;
      m[r][c] = bit < out.length * 8 ? (out[bit >> 3] >> (7 - (bit & 7))) & 1 : 0;
      bit++;
    }
  }
  const plain = m.map((row) => row.slice());
  /** @type {?{cost: number, m: number[][]}} */
  let best = null;
  for (const mask of forced === undefined ? MASKS.keys() : [forced]) {
    for (let r = 0; r < n; r++) for (let c = 0; c < n; c++) if (!own[r][c]) m[r][c] = plain[r][c] ^ (MASKS[mask](r, c) === 0 ? 1 : 0);
    format(mask);
    const cost = penalty(m);
    if (!best || cost < best.cost) best = { cost, m: m.map((row) => row.slice()) };
  }
  return /** @type {NonNullable<typeof best>} */ (best).m;
}

/** The code as an SVG element with its quiet zone. @param {string} text @param {string} label */
export function qr(text, label) {
  const m = matrix(text);
  if (!m) return null;
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  svg.setAttribute("viewBox", `-4 -4 ${m.length + 8} ${m.length + 8}`);
  svg.setAttribute("role", "img");
  svg.setAttribute("aria-label", label);
  svg.setAttribute("shape-rendering", "crispEdges");
  const path = document.createElementNS("http://www.w3.org/2000/svg", "path");
  path.setAttribute("d", m.flatMap((row, r) => row.map((dark, c) => (dark ? `M${c} ${r}h1v1h-1z` : ""))).join(""));
  svg.append(path);
  return svg;
}
