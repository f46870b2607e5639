// Runs searches off the page's own thread: answers `{id, name, args}` with `{id, result}` or `{id, error}`.

import { Session } from "./session.js";

/** @type {?Session} */
let session = null;

addEventListener("message", async ({ data: { id, name, args } }) => {
  try {
    if (name === "open") session = new Session(args[0], args[1]);
    const result = name === "open" ? true : await /** @type {any} */ (session)[name](...args);
    postMessage({ id, result });
  } catch (error) {
    postMessage({ id, error: String(error) });
  }
});
postMessage({ id: 0, result: true });
