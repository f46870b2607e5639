// The service worker: pages that were read or saved, when there is no network. What it must know of this
// build stands in shell.js (gazette/site/offline.py). Pages always come from the network where it answers;
// what comes from the store says so on the page. Searching online, PDFs and downloads are none of its business.

importScripts("shell.js");

const worker = /** @type {ServiceWorkerGlobalScope & {SHELL: {version: string, files: string[], off: boolean}}} */ (/** @type {unknown} */ (self));
const { version, files, off } = worker.SHELL;
const home = new URL(worker.registration.scope);
const PREFIX = `gazette ${home.pathname} `;
const SHELL = `${PREFIX}shell ${version}`;
const READ = `${PREFIX}read`;
const SAVED = `${PREFIX}saved `;
const MOST = 80; // pages that were read, the newest
const PATIENCE = 5000; // how long a slow network may take when the page is here already
const SWEEP = 10 * 60 * 1000;

worker.addEventListener("install", (event) => {
  if (!off) event.waitUntil(install());
  worker.skipWaiting();
});

async function install() {
  const cache = await caches.open(SHELL);
  const wanted = [...files, "saved/", "manifest.webmanifest"].map((name) => new URL(name, home).href);
  await Promise.all(wanted.map(async (url) => {
    const response = await fetch(url, { cache: url.includes("?v=") ? "default" : "no-cache" });
    if (!response.ok) throw new Error(`${url}: ${response.status}`);
    await cache.put(url, response);
  }));
}

worker.addEventListener("activate", (event) => event.waitUntil(activate()));

async function activate() {
  for (const name of await caches.keys()) {
    const ours = name.startsWith(PREFIX);
    if (ours && (off || (name.startsWith(`${PREFIX}shell`) && name !== SHELL))) await caches.delete(name);
  }
  if (off) {
    await worker.registration.unregister();
    return;
  }
  await worker.registration.navigationPreload?.enable();
  await worker.clients.claim();
}

worker.addEventListener("fetch", (event) => {
  const { request } = event;
  const url = new URL(request.url);
  if (off || request.method !== "GET" || url.origin !== home.origin || !url.pathname.startsWith(home.pathname)) return;
  const path = url.pathname.slice(home.pathname.length);
  if (request.mode === "navigate") event.respondWith(page(event, url, path));
  else if (path.startsWith("assets/") && url.search.startsWith("?v=")) event.respondWith(forGood(request));
  else if (path.startsWith("assets/") || path === "manifest.webmanifest") event.respondWith(freshFirst(request));
  else if (request.destination === "image") event.respondWith(freshFirst(request));
});

/** A file whose address changes with its content; a page kept from before may ask for an older one. @param {Request} request */
async function forGood(request) {
  const cache = await caches.open(SHELL);
  const exact = await cache.match(request);
  if (exact) return exact;
  try {
    return await fetch(request);
  } catch (error) {
    const near = await cache.match(request, { ignoreSearch: true });
    if (near) return near;
    throw error;
  }
}

/** A file of the look or a picture: from the network, or what is kept of it. @param {Request} request */
async function freshFirst(request) {
  try {
    return await fetch(request);
  } catch (error) {
    const kept = await caches.match(request);
    if (kept) return kept;
    throw error;
  }
}

/** The newest kept copy of a page. @param {string} href */
async function find(href) {
  /** @type {Response | undefined} */
  let best;
  for (const name of await caches.keys()) {
    if (name !== READ && !name.startsWith(SAVED)) continue;
    const kept = await (await caches.open(name)).match(href);
    if (kept && (!best || (kept.headers.get("x-kept") ?? "") > (best.headers.get("x-kept") ?? ""))) best = kept;
  }
  return best;
}

/** @param {FetchEvent} event @param {URL} url @param {string} path */
async function page(event, url, path) {
  const href = url.origin + url.pathname;
  const kept = await find(href);
  const asked = fresh(event);
  try {
    const response = await (kept ? Promise.race([asked, later()]) : asked);
    if (kept && response.status >= 500) throw new Error(`${href}: ${response.status}`);
    event.waitUntil(after(response.clone(), href, path));
    return response;
  } catch {
    asked.then((response) => after(response, href, path)).catch(() => {});
    if (kept) return marked(kept);
    const said = url.searchParams.get("q");
    const list = await (await caches.open(SHELL)).match(new URL("saved/", home).href);
    if (path === "saved/" && list) return list;
    const target = new URL("saved/", home);
    if (path === "search/" && said) target.searchParams.set("q", said);
    else target.searchParams.set("from", url.pathname);
    return list ? Response.redirect(target.href) : Response.error();
  }
}

/** @param {FetchEvent} event @returns {Promise<Response>} */
async function fresh(event) {
  return (await event.preloadResponse) ?? fetch(event.request);
}

/** @type {() => Promise<never>} */
const later = () => new Promise((_, no) => setTimeout(() => no(new Error("slow")), PATIENCE));

/** Keep what was read; forget what is gone from the site. @param {Response} response @param {string} href @param {string} path */
async function after(response, href, path) {
  const cache = await caches.open(READ);
  if (response.status === 404 || response.status === 410) await cache.delete(href);
  const html = response.ok && !response.redirected && (response.headers.get("Content-Type") ?? "").startsWith("text/html");
  if (html && !/^(search|saved|wh)\//.test(path)) {
    const headers = { "Content-Type": "text/html; charset=utf-8", "x-kept": new Date().toISOString() };
    await cache.delete(href);
    await cache.put(href, new Response(await response.blob(), { headers }));
    const keys = await cache.keys();
    await Promise.all(keys.slice(0, Math.max(0, keys.length - MOST)).map((key) => cache.delete(key)));
  }
  await sweep();
}

let swept = 0;

/** What was withdrawn leaves every kept copy; what says other than before (an address with `#`) is kept anew. */
async function sweep() {
  if (Date.now() - swept < SWEEP) return;
  swept = Date.now();
  const response = await fetch(new URL("withdrawn.json", home), { cache: "no-cache" });
  if (!response.ok) return;
  const told = /** @type {string[]} */ (await response.json()).map((path) => path.split("#"));
  const gone = told.filter(([, mark]) => !mark).map(([path]) => new URL(path, home).href);
  const marks = new Map(told.filter(([, mark]) => mark).map(([path, mark]) => [new URL(path, home).href, mark]));
  for (const name of await caches.keys()) {
    if (name !== READ && !name.startsWith(SAVED)) continue;
    const cache = await caches.open(name);
    for (const key of await cache.keys()) {
      if (gone.some((address) => key.url.startsWith(address))) await cache.delete(key);
      else if (key.url.endsWith("?record")) await strike(cache, key, gone, marks);
      else if (marks.has(key.url)) await renew(cache, key, /** @type {string} */ (marks.get(key.url)));
    }
  }
}

/** Keep a page as it is now, unless the kept copy is so already; without an answer, none is kept.
 * @param {Cache} cache @param {Request} key @param {string} mark */
async function renew(cache, key, mark) {
  const bears = (/** @type {string} */ html) => html.includes(`data-mark="${mark}"`);
  const kept = await cache.match(key);
  if (!kept || bears(await kept.text())) return;
  await cache.delete(key);
  const response = await fetch(key.url, { cache: "no-cache" }).catch(() => undefined);
  const html = response?.ok ? await response.text() : "";
  const headers = { "Content-Type": "text/html; charset=utf-8", "x-kept": new Date().toISOString() };
  if (bears(html)) await cache.put(key, new Response(html, { headers }));
}

/** Take out of what is searched the text of withdrawn documents, and of those that say other than before.
 * @param {Cache} cache @param {Request} key @param {string[]} gone @param {Map<string, string>} marks */
async function strike(cache, key, gone, marks) {
  const kept = /** @type {Response} */ (await cache.match(key));
  /** @type {{documents: {url: string, mark?: string}[]}} */
  const record = await kept.json();
  const stays = (/** @type {{url: string, mark?: string}} */ one) => !gone.some((address) => one.url.startsWith(address)) && (!marks.has(one.url) || marks.get(one.url) === one.mark);
  const left = record.documents.filter(stays);
  if (left.length === record.documents.length) return;
  await cache.put(key, new Response(JSON.stringify({ ...record, documents: left }), { headers: { "Content-Type": "application/json" } }));
}

/** A kept page that says that it is one, and of when. @param {Response} kept */
async function marked(kept) {
  const when = new Date(kept.headers.get("x-kept") ?? 0);
  const day = `${when.getFullYear()}年${when.getMonth() + 1}月${when.getDate()}日${when.getHours()}时`;
  const note = `<aside class="kept" aria-label="离线说明"><b>离线</b>　没有连上网站。这是${day}存下的页面，可能不是最新的。</aside>`;
  const html = await kept.text();
  return new Response(html.replace(/<body[^>]*>/, (tag) => tag + note), { headers: { "Content-Type": "text/html; charset=utf-8" } });
}
