// 朗读: the text read aloud by the browser's own voice, a sentence at a time, the sentence lit.
// Loaded when a reader asks for it. The text itself is not changed: sentences are ranges over it.

const SPEEDS = [0.75, 1, 1.25, 1.5, 2];
const BLOCKS = "p, h2, h3, h4, h5, h6, th, td, figcaption, li";
const END = /[^。！？；!?;\n]+[。！？；!?;\n]*[”’」』）)]*/g;
/** Longer pieces stop half-way in some browsers. */
const LONGEST = 160;

/** @param {Element} block @returns {Range[]} */
function sentences(block) {
  /** @type {[Text, number][]} */
  const nodes = [];
  let all = "";
  const walk = document.createTreeWalker(block, NodeFilter.SHOW_TEXT);
  while (walk.nextNode()) {
    const node = /** @type {Text} */ (walk.currentNode);
    nodes.push([node, all.length]);
    all += node.data;
  }
  /** @param {number} at @param {boolean} isEnd @returns {[Text, number]} */
  const place = (at, isEnd) => {
    let found = nodes[0];
    for (const node of nodes) if (isEnd ? node[1] < at : node[1] <= at) found = node;
    return [found[0], at - found[1]];
  };
  const ranges = [];
  for (const match of all.matchAll(END)) {
    if (!/[\p{L}\p{N}]/u.test(match[0])) continue;
    for (let from = match.index; from < match.index + match[0].length; from += LONGEST) {
      const range = document.createRange();
      range.setStart(...place(from, false));
      range.setEnd(...place(Math.min(from + LONGEST, match.index + match[0].length), true));
      ranges.push(range);
    }
  }
  return ranges;
}

/** Text as a voice should take it: brackets of numbers are not words. @param {string} text */
const spoken = (text) => text.replace(/[〔〕\[\]]/g, "").replace(/[\s　]+/g, " ").trim();

/** @type {?HTMLElement} */
let bar = null;

/** Open the bar and begin where the reader is. */
export function speak() {
  if (bar) return;
  const voice = () => speechSynthesis.getVoices().find((v) => /^zh-CN|^cmn/i.test(v.lang)) ?? speechSynthesis.getVoices().find((v) => /^zh/i.test(v.lang));
  const blocks = Array.from(document.querySelectorAll("h1, [data-body], .lines"))
    .flatMap((area) => (area.matches("h1") ? [area] : Array.from(area.querySelectorAll(BLOCKS))))
    .filter((block) => !block.querySelector(BLOCKS));
  const parts = blocks.flatMap(sentences);
  if (!parts.length) return;
  const top = /** @type {Element} */ (document.querySelector(".top")).getBoundingClientRect().bottom;
  let at = Math.max(0, parts.findIndex((range) => range.getBoundingClientRect().bottom > top + 4));
  let speed = SPEEDS.indexOf(Number(stored()));
  if (speed < 0) speed = 1;
  let run = 0;
  let paused = false;

  bar = document.createElement("div");
  bar.className = "notice speaker no-print";
  bar.setAttribute("role", "group");
  bar.setAttribute("aria-label", "朗读");
  /** @param {string} words @param {string} name @param {() => void} act */
  const button = (words, name, act) => {
    const made = document.createElement("button");
    made.type = "button";
    made.textContent = words;
    if (name) made.setAttribute("aria-label", name);
    made.addEventListener("click", act);
    /** @type {HTMLElement} */ (bar).append(made);
    return made;
  };
  button("上一句", "", () => move(-1));
  const pause = button("暂停", "", () => {
    paused = !paused;
    pause.textContent = paused ? "继续" : "暂停";
    if (paused) stop();
    else say();
  });
  button("下一句", "", () => move(1));
  const faster = button("", "", () => {
    speed = (speed + 1) % SPEEDS.length;
    store(String(SPEEDS[speed]));
    label();
    if (!paused) say();
  });
  button("停止", "停止朗读", close);
  const label = () => {
    faster.textContent = `语速 ${SPEEDS[speed]}`;
  };
  label();
  /** @type {Element} */ (document.querySelector("main")).append(bar);
  pause.focus();
  addEventListener("pagehide", close);

  function stop() {
    run++;
    speechSynthesis.cancel();
  }
  /** @param {number} by */
  function move(by) {
    at = Math.min(parts.length - 1, Math.max(0, at + by));
    if (paused) light();
    else say();
  }
  function light() {
    const range = parts[at];
    if (window.Highlight && CSS.highlights) CSS.highlights.set("speaking", new Highlight(range));
    else {
      document.querySelector(".speaking")?.classList.remove("speaking");
      /** @type {Element} */ (range.startContainer.parentElement).closest(BLOCKS + ", h1")?.classList.add("speaking");
    }
    const box = range.getBoundingClientRect();
    if (box.top < top + 8 || box.bottom > innerHeight - 160) {
      const still = matchMedia("(prefers-reduced-motion: reduce)").matches;
      scrollBy({ top: box.top - innerHeight / 3, behavior: still ? "instant" : "smooth" });
    }
  }
  function say() {
    stop();
    const mine = run;
    light();
    const words = new SpeechSynthesisUtterance(spoken(parts[at].toString()));
    words.lang = "zh-CN";
    words.voice = voice() ?? null;
    words.rate = SPEEDS[speed];
    words.onend = () => {
      if (mine !== run) return;
      if (at + 1 < parts.length) {
        at++;
        say();
      } else close();
    };
    words.onerror = (event) => {
      if (mine === run && !["canceled", "interrupted"].includes(event.error)) close();
    };
    speechSynthesis.speak(words);
  }
  function close() {
    stop();
    removeEventListener("pagehide", close);
    CSS.highlights?.delete("speaking");
    document.querySelector(".speaking")?.classList.remove("speaking");
    bar?.remove();
    bar = null;
    /** @type {?HTMLElement} */ (document.querySelector("[data-speak]"))?.focus({ preventScroll: true });
  }
  say();
}

function stored() {
  try {
    return localStorage.getItem("gazette.speed");
  } catch {
    return "";
  }
}

/** @param {string} value */
function store(value) {
  try {
    localStorage.setItem("gazette.speed", value);
  } catch {
    // it lasts for the page
  }
}
