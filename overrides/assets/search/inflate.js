// Raw deflate (RFC 1951) for browsers without DecompressionStream("deflate-raw"); loaded only there.

/** @param {number[]} lengths */
function huffman(lengths) {
  const counts = new Uint16Array(16);
  for (const length of lengths) counts[length]++;
  counts[0] = 0;
  const next = new Uint16Array(16);
  for (let i = 1; i < 15; i++) next[i + 1] = next[i] + counts[i];
  const symbols = new Uint16Array(lengths.length);
  lengths.forEach((length, symbol) => {
    if (length) symbols[next[length]++] = symbol;
  });
  return { counts, symbols };
}

const LENGTHS = [3, 4, 5, 6, 7, 8, 9, 10, 11, 13, 15, 17, 19, 23, 27, 31, 35, 43, 51, 59, 67, 83, 99, 115, 131, 163, 195, 227, 258];
const DISTANCES = [1, 2, 3, 4, 5, 7, 9, 13, 17, 25, 33, 49, 65, 97, 129, 193, 257, 385, 513, 769, 1025, 1537, 2049, 3073, 4097, 6145, 8193, 12289, 16385, 24577];
const ORDER = [16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15];

/** @param {Uint8Array} data @returns {Uint8Array} */
export function inflate(data) {
  let out = new Uint8Array(data.length * 4 + 256);
  let size = 0;
  let at = 0;
  let bit = 0;
  let held = 0;

  /** @param {number} count */
  function bits(count) {
    while (bit < count) {
      if (at >= data.length) throw new Error("deflate: 数据不完整");
      held |= data[at++] << bit;
      bit += 8;
    }
    const value = held & ((1 << count) - 1);
    held >>>= count;
    bit -= count;
    return value;
  }

  /** @param {{counts: Uint16Array, symbols: Uint16Array}} tree */
  function symbol(tree) {
    let code = 0;
    let first = 0;
    let index = 0;
    for (let length = 1; length < 16; length++) {
      code |= bits(1);
      const count = tree.counts[length];
      if (code < first + count) return tree.symbols[index + code - first];
      index += count;
      first = (first + count) << 1;
      code <<= 1;
    }
    throw new Error("deflate: 数据有误");
  }

  /** @param {number} more */
  function room(more) {
    if (size + more > out.length) {
      const wider = new Uint8Array((size + more) * 2);
      wider.set(out);
      out = wider;
    }
  }

  for (let last = 0; !last; ) {
    last = bits(1);
    const type = bits(2);
    if (type === 3) throw new Error("deflate: 数据有误");
    if (type === 0) {
      bit = held = 0;
      const length = data[at] | (data[at + 1] << 8);
      if (!(at + 4 + length <= data.length)) throw new Error("deflate: 数据不完整");
      room(length);
      out.set(data.subarray(at + 4, at + 4 + length), size);
      at += 4 + length;
      size += length;
      continue;
    }
    /** @type {number[]} */
    let lengths = [];
    let literals = 288;
    if (type === 1) {
      for (let i = 0; i < 288; i++) lengths.push(i < 144 ? 8 : i < 256 ? 9 : i < 280 ? 7 : 8);
      for (let i = 0; i < 30; i++) lengths.push(5);
    } else {
      literals = bits(5) + 257;
      const total = literals + bits(5) + 1;
      /** @type {number[]} */
      const codes = new Array(19).fill(0);
      const count = bits(4) + 4;
      for (let i = 0; i < count; i++) codes[ORDER[i]] = bits(3);
      const tree = huffman(codes);
      while (lengths.length < total) {
        const code = symbol(tree);
        if (code < 16) lengths.push(code);
        else {
          const value = code === 16 ? lengths[lengths.length - 1] : 0;
          let repeat = code === 16 ? 3 + bits(2) : code === 17 ? 3 + bits(3) : 11 + bits(7);
          while (repeat--) lengths.push(value);
        }
      }
    }
    const literal = huffman(lengths.slice(0, literals));
    const distance = huffman(lengths.slice(literals));
    for (let code = symbol(literal); code !== 256; code = symbol(literal)) {
      room(258);
      if (code < 256) {
        out[size++] = code;
        continue;
      }
      code -= 257;
      if (code > 28) throw new Error("deflate: 数据有误");
      let length = LENGTHS[code] + (code < 8 || code === 28 ? 0 : bits((code >> 2) - 1));
      const far = symbol(distance);
      const back = DISTANCES[far] + (far < 4 ? 0 : bits((far >> 1) - 1));
      if (!(back <= size)) throw new Error("deflate: 数据有误");
      for (; length; length--, size++) out[size] = out[size - back];
    }
  }
  return out.subarray(0, size);
}
