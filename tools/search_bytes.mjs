// What the search page fetches of an index for some queries: bytes of each kind, without a browser (Node 20 or later).
//
//     node tools/search_bytes.mjs INDEX < queries
//
// INDEX is the folder search-index/ of a site; queries stand one a line. Each is asked twice: of a reader who has nothing yet
// (first), and of one who has asked the query seven lines before (again). Ten results are asked for; a response's head counts
// as 330 bytes, as measured in Chromium. The page, its styles and its scripts are not counted.

import { closeSync, existsSync, fstatSync, openSync, readFileSync, readSync } from "node:fs";
import { Index } from "../overrides/assets/search/index.js";
import { Search } from "../overrides/assets/search/query.js";

const HEAD = 330;
const RESULTS = 10;
const BEFORE = 7;
const ADDRESS = "http://index/";
const folder = process.argv[2];
/** @type {[string, number][]} */
let fetched = [];

globalThis.fetch = async (href, options = {}) => {
  const name = new URL(href).pathname.slice(1);
  if (!existsSync(`${folder}/${name}`)) return new Response("", { status: 404 });
  const range = /bytes=(\d+)-(\d+)/.exec((options.headers || {}).Range || "");
  const file = openSync(`${folder}/${name}`);
  const { size } = fstatSync(file);
  const start = range ? +range[1] : 0;
  const data = Buffer.alloc((range ? Math.min(+range[2] + 1, size) : size) - start);
  readSync(file, data, 0, data.length, start);
  closeSync(file);
  fetched.push([name, data.length + HEAD]);
  return new Response(data, { status: range ? 206 : 200 });
};

const KINDS = { 文件表: "/items", 索引块: "/grams/", 正文: "/texts/" };

/** @param {Index} index @param {string} query */
async function cost(index, query) {
  fetched = [];
  const search = new Search(index, query, {}, "relevance", new Date().toISOString().slice(0, 10));
  await search.more(RESULTS);
  const of = (/** @type {string} */ part) => fetched.filter(([name]) => name.includes(part)).reduce((sum, [, size]) => sum + size, 0);
  return { 请求: fetched.length, 合计: of(""), ...Object.fromEntries(Object.entries(KINDS).map(([kind, part]) => [kind, of(part)])) };
}

/** @param {number[]} values @param {number} part */
const at = (values, part) => values.slice().sort((a, b) => a - b)[Math.min(Math.floor(values.length * part), values.length - 1)];

const manifest = readFileSync(`${folder}/manifest.json`, "utf8");
const queries = readFileSync(0, "utf8").split("\n").filter(Boolean);
/** @type {Record<string, any[]>} */
const rows = { 首次: [], 再次: [] };
for (const [i, query] of queries.entries()) {
  const index = new Index(ADDRESS, manifest);
  rows.首次.push(await cost(index, query));
  rows.再次.push(await cost(index, queries[(i + BEFORE) % queries.length]));
}
for (const [name, its] of Object.entries(rows)) {
  const cells = Object.keys(its[0]).map((kind) => {
    const values = its.map((row) => row[kind]);
    const digits = kind === "请求" ? 0 : 1;
    return `${kind} ${[0.5, 0.95].map((part) => (at(values, part) / (digits ? 1000 : 1)).toFixed(digits)).join(" / ")}`;
  });
  console.log(`${name}（${its.length} 个检索词，KB，中位 / 95%）：${cells.join("，")}`);
}
