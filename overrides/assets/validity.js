// 有效性 on the reader's day. The rules are those of gazette/validity.py; what they come to travels
// with the page as a timeline (`尚未生效 2024-03-01 现行有效 2029-03-01 失效`), so here is only the
// looking up. Both are held to tests/validity_cases.json.

/** The state of a timeline on a day, both as written: the last state that has begun. @param {string} timeline @param {string} day */
export function stateOn(timeline, day) {
  const parts = timeline.split(" ");
  let state = parts[0];
  for (let i = 1; i < parts.length && parts[i] <= day; i += 2) state = parts[i + 1];
  return state;
}

/** Whether a state is one in which a document is in force, wholly or in part. @param {string} state */
export const inForce = (state) => ["现行有效", "已修改", "部分失效"].includes(state);

/** The day in China, whose law it is, wherever the reader is: `2024-03-01`. */
export function today(now = Date.now()) {
  return new Date(now + 8 * 3600_000).toISOString().slice(0, 10);
}

/** Keep every badge of a page true on a day. @param {ParentNode} root @param {string} day */
export function showStates(root, day) {
  for (const badge of /** @type {NodeListOf<HTMLElement>} */ (root.querySelectorAll("[data-validity]"))) {
    const state = stateOn(/** @type {string} */ (badge.dataset.validity), day);
    badge.dataset.state = badge.textContent = state;
    if ("quiet" in badge.dataset) badge.hidden = state === "现行有效";
  }
}

showStates(document, today());

// A list is narrowed to the rows that hold every word typed; without script it is shown whole.
const box = /** @type {?HTMLInputElement} */ (document.querySelector("[data-narrow]"));
if (box) {
  const rows = /** @type {HTMLElement[]} */ ([...document.querySelectorAll(".listed > li")]);
  const place = /** @type {HTMLElement} */ (box.closest("p"));
  const said = /** @type {HTMLOutputElement} */ (place.querySelector("output"));
  place.hidden = rows.length < 8;
  box.addEventListener("input", () => {
    const words = box.value.toLowerCase().split(/\s+/).filter(Boolean);
    let shown = 0;
    for (const row of rows) {
      const text = row.textContent.toLowerCase();
      row.hidden = !words.every((word) => text.includes(word));
      shown += row.hidden ? 0 : 1;
    }
    said.textContent = words.length ? `${shown} 件` : "";
  });
}
