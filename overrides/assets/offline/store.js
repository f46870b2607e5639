// What is kept on this phone, and under which names: the same as in sw.js. Knows the Cache API, not the page.

/** @typedef {{url: string, title: string, number: string, text: string, mark?: string}} Text */
/** @typedef {{address: string, label: string, when: string, bytes: number, documents: Text[], pairs: string}} Record */

/** Names of the caches of the site at `home`. @param {URL} home */
export const names = (home) => ({ read: `gazette ${home.pathname} read`, saved: `gazette ${home.pathname} saved ` });

/** Keep a page or picture; gives its size. @param {Cache} cache @param {string} url @param {Response} response */
export async function put(cache, url, response) {
  const body = await response.blob();
  const headers = { "Content-Type": response.headers.get("Content-Type") ?? "", "x-kept": new Date().toISOString() };
  await cache.put(url, new Response(body, { headers }));
  return body.size;
}

const json = (/** @type {unknown} */ value) => new Response(JSON.stringify(value), { headers: { "Content-Type": "application/json" } });

/** @param {Cache} cache @param {Record} record */
export const putRecord = (cache, record) => cache.put(`${record.address}?record`, json(record));

/** Everything that was saved, the newest first. @param {URL} home @returns {Promise<Record[]>} */
export async function records(home) {
  const found = [];
  for (const name of await caches.keys()) {
    if (!name.startsWith(names(home).saved)) continue;
    const cache = await caches.open(name);
    const address = name.slice(names(home).saved.length);
    const kept = await cache.match(`${address}?record`);
    if (kept) found.push(await kept.json());
  }
  return found.sort((a, b) => (a.when < b.when ? 1 : -1));
}

/** The cache of an issue, made new. @param {URL} home @param {string} address */
export const open = (home, address) => caches.open(names(home).saved + address);

/** @param {URL} home @param {string} address */
export const remove = (home, address) => caches.delete(names(home).saved + address);

/** Pages that were read: address and title, the newest first. @param {URL} home */
export async function read(home) {
  const cache = await caches.open(names(home).read);
  const found = [];
  for (const key of /** @type {Request[]} */ (await cache.keys()).reverse()) {
    const kept = await cache.match(key);
    if (!kept) continue;
    const html = await kept.text();
    const [, title] = /<h1[^>]*>([\s\S]*?)<\/h1>/.exec(html) ?? [];
    const plain = new DOMParser().parseFromString(title ?? key.url, "text/html").body.textContent.trim();
    found.push({ url: key.url, title: plain, when: kept.headers.get("x-kept") ?? "", bytes: new Blob([html]).size });
  }
  return found;
}

/** @param {number} bytes */
export const size = (bytes) => (bytes < 1e6 ? `${Math.max(1, Math.round(bytes / 1000))} KB` : `${(bytes / 1e6).toFixed(1)} MB`);
