// A Session in a worker, for browsers that have module workers; others keep to the page's own thread.

const PATIENCE = 20000;

export class Remote {
  /** @param {Worker} worker */
  constructor(worker) {
    this.worker = worker;
    this.last = 0;
    /** @type {Map<number, {resolve: (value: any) => void, reject: (error: Error) => void}>} */
    this.waiting = new Map();
    worker.addEventListener("message", ({ data: { id, result, error } }) => {
      const caller = this.waiting.get(id);
      this.waiting.delete(id);
      if (caller) error === undefined ? caller.resolve(result) : caller.reject(new Error(error));
    });
    worker.addEventListener("error", () => this.fail());
  }

  fail() {
    for (const { reject } of this.waiting.values()) reject(new Error("worker"));
    this.waiting.clear();
  }

  /** @param {string} name @param {...any} args @returns {Promise<any>} */
  call(name, ...args) {
    return new Promise((resolve, reject) => {
      this.waiting.set(++this.last, { resolve, reject });
      this.worker.postMessage({ id: this.last, name, args });
    });
  }

  warm() {
    return this.call("warm");
  }
  /** @param {any} question @param {number} count */
  ask(question, count) {
    return this.call("ask", question, count);
  }
  /** @param {number} count */
  more(count) {
    return this.call("more", count);
  }
  settle() {
    return this.call("settle");
  }
  /** @param {string} name */
  counts(name) {
    return this.call("counts", name);
  }
  /** @param {string} text */
  suggest(text) {
    return this.call("suggest", text);
  }
}

/** A session in a worker; rejected where there can be none. @param {string} address @param {string} [manifest]
 * @returns {Promise<Remote>} */
export function open(address, manifest) {
  return new Promise((resolve, reject) => {
    const worker = new Worker(new URL("./worker.js", import.meta.url), { type: "module" });
    const give = (/** @type {Event} */ event) => {
      clearTimeout(timer);
      worker.terminate();
      reject(new Error(`worker: ${event.type}`));
    };
    const timer = setTimeout(() => give(new Event("timeout")), PATIENCE);
    worker.addEventListener("error", give, { once: true });
    worker.addEventListener("message", async () => {
      clearTimeout(timer);
      worker.removeEventListener("error", give);
      const remote = new Remote(worker);
      await remote.call("open", address, manifest);
      resolve(remote);
    }, { once: true });
  });
}
