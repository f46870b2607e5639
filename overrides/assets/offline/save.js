// 保存本期: an issue, its documents and the texts of its PDF pages, kept on this phone and searchable there.

import { open, put, putRecord, records, remove, size } from "./store.js";

const AT_ONCE = 4;

/** The lines of a page that are searched: each is a block that no match crosses. @param {Document} page */
function lines(page) {
  const areas = page.querySelectorAll("[data-body], .lines");
  const blocks = Array.from(areas).flatMap((area) => Array.from(area.querySelectorAll("p, h2, h3, h4, h5, h6, th, td, figcaption")));
  return blocks.map((block) => block.textContent.trim()).filter(Boolean).join("\n");
}

/** Addresses of what belongs to an issue, as its own page links it. @param {Document} page @param {string} address */
function parts(page, address) {
  const links = Array.from(page.querySelectorAll(".contents a, .thumbnails a"), (a) => new URL(/** @type {string} */ (a.getAttribute("href")), address).href);
  return Array.from(new Set(links)).filter((href) => href.startsWith(address) && href !== address);
}

/** Traditional characters that the archive's search treats as simplified ones: asked of the index while it can be reached. @param {URL} home */
async function pairs(home) {
  try {
    const [{ Index }, { fold }] = await Promise.all([import("../search/index.js"), import("../search/terms.js")]);
    const index = new Index(new URL("search-index/", home).href);
    await index.ready();
    await index.learnTable();
    let found = "";
    for (let code = 0x4e00; code < 0xa000; code++) {
      const char = String.fromCharCode(code);
      const plain = fold(char);
      if (plain !== char && plain.length === 1) found += char + plain;
    }
    return found;
  } catch {
    return ""; // then only what is written the same way is found
  }
}

/**
 * Fetch and keep it all. What the network does not give stays as it was saved before; what the site no longer has goes.
 * @param {URL} home @param {string} address @param {string} label @param {(done: number, all: number) => void} tell
 */
export async function save(home, address, label, tell) {
  const parser = new DOMParser();
  const get = async (/** @type {string} */ url) => {
    const response = await fetch(url, { cache: "no-cache" });
    if (!response.ok) throw Object.assign(new Error(`${url}: ${response.status}`), { gone: [404, 410].includes(response.status) });
    return response;
  };
  const first = await get(address);
  const issue = parser.parseFromString(await first.clone().text(), "text/html");
  const wanted = parts(issue, address);
  const before = (await records(home)).find((record) => record.address === address);
  const cache = await open(home, address);
  let bytes = 0;
  /** @type {Set<string>} */
  const fresh = new Set();
  /** @type {string[]} */
  const old = [];
  const hold = async (/** @type {string} */ url, /** @type {Response} */ response) => {
    bytes += await put(cache, url, response);
    fresh.add(url);
  };
  /** @type {import("./store.js").Text[]} */
  const documents = [];
  let failed = 0;
  let done = 0;
  const queue = wanted.map((url, i) => ({ url, i }));
  const work = async () => {
    for (let job = queue.shift(); job; job = queue.shift()) {
      try {
        const response = await get(job.url);
        const page = parser.parseFromString(await response.clone().text(), "text/html");
        await hold(job.url, response);
        documents[job.i] = {
          url: job.url,
          title: page.querySelector("h1")?.textContent.trim() ?? "",
          number: page.querySelector(".doc-number")?.textContent.trim() ?? "",
          text: lines(page),
          mark: page.querySelector("[data-mark]")?.getAttribute("data-mark") ?? "",
        };
        for (const image of page.querySelectorAll("[data-body] img")) {
          const url = new URL(/** @type {string} */ (image.getAttribute("src")), job.url).href;
          await hold(url, await get(url));
        }
      } catch (/** @type {any} */ error) {
        if (error.name === "QuotaExceededError") throw error;
        failed++;
        const kept = before?.documents.find((one) => one.url === job.url);
        if (kept && !error.gone) {
          documents[job.i] ??= kept;
          old.push(job.url);
        }
      }
      tell(++done, wanted.length);
    }
  };
  try {
    await hold(address, first);
    await Promise.all(Array.from({ length: AT_ONCE }, work));
    for (const { url } of await cache.keys()) {
      if (fresh.has(url)) continue;
      if (old.some((page) => url.startsWith(page))) bytes += (await /** @type {Response} */ (await cache.match(url)).blob()).size;
      else await cache.delete(url);
    }
    const same = (await pairs(home)) || (before?.pairs ?? "");
    const record = { address, label, when: new Date().toISOString(), bytes, documents: documents.filter(Boolean), pairs: same };
    await putRecord(cache, record);
    navigator.storage?.persist?.().catch(() => {});
    return { record, failed };
  } catch (error) {
    if (!before) await remove(home, address);
    throw error;
  }
}

/** What is said of pages that could not be fetched. @param {number} failed */
export const missed = (failed) => (failed ? `有 ${failed} 页没有取到，可再点一次。` : "");

/** What is said when nothing was saved. @param {any} error @param {unknown} kept  whether there is an older copy */
export const refused = (error, kept) =>
  `${error.name === "QuotaExceededError" ? "手机存储空间不够" : "没有连上网站"}，${kept ? "原来的还在" : "没有保存"}。`;

/** What a touch of the button does, and its name. @param {URL} home @returns {Promise<() => Promise<void>>} */
export async function offer(home) {
  const place = /** @type {HTMLElement} */ (document.querySelector("[data-save]"));
  const address = new URL(/** @type {string} */ (place.dataset.save), location.href).href.replace(/#.*$/, "");
  const button = /** @type {HTMLButtonElement} */ (place.querySelector("button"));
  const said = /** @type {HTMLElement} */ (place.querySelector("[role=status]"));
  const words = /** @type {HTMLElement} */ (button.querySelector("span"));
  let kept = (await records(home)).find((record) => record.address === address);
  if (kept) words.textContent = "更新保存";
  return async () => {
    if (button.disabled) return;
    button.disabled = true;
    said.textContent = "正在保存……";
    said.parentElement?.classList.add("on");
    try {
      const { record, failed } = await save(home, address, /** @type {string} */ (place.dataset.label), (done, all) => {
        said.textContent = `正在保存：${done} / ${all}`;
      });
      kept = record;
      words.textContent = "更新保存";
      said.textContent = `本期已保存，${size(record.bytes)}。${missed(failed)}`;
    } catch (error) {
      said.textContent = refused(error, kept);
    }
    button.disabled = false;
  };
}
