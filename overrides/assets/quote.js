// Citing and passing on: what only the reader's side knows is filled in (the day, the address, the article),
// one article is copied with a touch on its name, and the desktop page gets its QR code.

const DIGITS = "零一二三四五六七八九";
const ARTICLE = /^\s*(第\s*[零〇一二三四五六七八九十百千\d]+\s*[条條](?:之[一二三四五六七八九十]+)?)/;

/** 第三十二条 → 第32条, as legal writing cites it. @param {string} name */
export function arabic(name) {
  return name.replace("條", "条").replace(/[零〇一二三四五六七八九十百千]+/, (said) => {
    let sum = 0;
    let digit = 0;
    for (const char of said.replace("〇", "零")) {
      const power = { 十: 10, 百: 100, 千: 1000 }[char];
      if (!power) digit = DIGITS.indexOf(char);
      else {
        sum += (digit || 1) * power;
        digit = 0;
      }
    }
    return String(sum + digit);
  });
}

/** The address to cite: the page itself, without what was tapped on it. */
const address = () => /** @type {?HTMLLinkElement} */ (document.querySelector("link[rel=canonical]"))?.href ?? location.href.replace(/[?#].*$/, "");

const ANNEX = /^\s*附\s*[件表录錄]/;

/** The paragraphs and tables of one article, its own first. @param {Element} first */
function article(first) {
  const parts = [first];
  for (let next = first.nextElementSibling; next; next = next.nextElementSibling) {
    if (next.matches(`h2, h3, h4, h5, h6, .chapter, .signature, [id^=art-]:not([id*="-p"])`)) break;
    if (ARTICLE.test(next.textContent) || ANNEX.test(next.textContent)) break;
    parts.push(next);
  }
  return parts;
}

/** What is copied of a block: of a table its rows, cells apart, as a spreadsheet takes them. @param {Element} block */
const plain = (block) => {
  const rows = Array.from(block.querySelectorAll("tr"), (row) => Array.from(row.cells, (cell) => cell.textContent.trim()).join("\t"));
  return rows.length ? rows.join("\n") : block.textContent.trim();
};

/** @param {string} text @param {Element} said */
async function copy(text, said) {
  try {
    await navigator.clipboard.writeText(text);
    said.textContent = "已复制";
  } catch {
    said.textContent = "这个浏览器不让网页复制，请长按选择。";
  }
}

/** Citations, all forms, that name an article. @param {string} name */
function citing(name) {
  for (const slot of /** @type {NodeListOf<HTMLElement>} */ (document.querySelectorAll("[data-article]"))) {
    const legal = /** @type {Element} */ (slot.closest("div")).querySelector("dt")?.textContent === "法学引注";
    slot.textContent = name ? slot.dataset.article + (legal ? arabic(name) : name) : "";
  }
}

/** A small bar for one article. @param {Element} block @param {string} name */
function offer(block, name) {
  document.querySelector(".notice")?.remove();
  const bar = document.createElement("div");
  bar.className = "notice no-print";
  bar.setAttribute("role", "group");
  bar.setAttribute("aria-label", name);
  const said = document.createElement("span");
  said.setAttribute("role", "status");
  said.textContent = name;
  bar.append(said);
  /** @param {string} words @param {() => void} act @param {string} [label] */
  const button = (words, act, label) => {
    const made = document.createElement("button");
    made.type = "button";
    made.textContent = words;
    if (label) made.setAttribute("aria-label", label);
    made.addEventListener("click", act);
    bar.append(made);
    return made;
  };
  button("复制本条", () => copy(article(block).map(plain).join("\n"), said)).focus({ preventScroll: true });
  button("复制引用", () => {
    citing(name);
    copy(/** @type {Element} */ (document.getElementById("cite-3")).textContent.trim(), said);
  });
  if (block.id) button("复制网址", () => copy(`${address()}#${block.id}`, said));
  button("×", () => {
    bar.remove();
    citing("");
    /** @type {?HTMLElement} */ (block.querySelector(".art"))?.focus({ preventScroll: true });
  }, "关闭");
  /** @type {Element} */ (document.querySelector("main")).append(bar);
}

/** Make the page's citations whole and its articles touchable. */
export function quote() {
  const now = new Date();
  const day = [now.getFullYear(), now.getMonth() + 1, now.getDate()].map((n) => String(n).padStart(2, "0")).join("-");
  for (const slot of document.querySelectorAll("[data-read-on]")) slot.textContent = `[${day}]`;
  for (const slot of document.querySelectorAll("[data-address]")) slot.textContent = address();

  for (const block of document.querySelectorAll("[data-body] > p")) {
    const name = ARTICLE.exec(block.textContent)?.[1];
    const mark = /** @type {?HTMLElement} */ (block.firstElementChild);
    if (!name || !mark || mark.textContent.trim() !== name || mark.matches("a, :has(a)")) continue;
    mark.classList.add("art");
    mark.setAttribute("role", "button");
    mark.setAttribute("tabindex", "0");
    mark.setAttribute("aria-label", `${name}，复制`);
    mark.addEventListener("click", () => offer(block, name));
    mark.addEventListener("keydown", (event) => {
      if (event.key !== "Enter" && event.key !== " ") return;
      event.preventDefault();
      offer(block, name);
    });
  }

  const share = /** @type {?HTMLElement} */ (document.querySelector("[data-share]"));
  if (share && navigator.share) {
    share.hidden = false;
    const about = /** @type {?HTMLMetaElement} */ (document.querySelector("meta[name=Description]"))?.content;
    share.addEventListener("click", () => navigator.share({ title: document.title, text: about, url: address() }).catch(() => {}));
  }

  const place = /** @type {?HTMLElement} */ (document.querySelector("[data-qr]"));
  if (place && matchMedia("(min-width: 60em)").matches) {
    import("./qr.js").then(({ qr }) => {
      const drawn = qr(address(), "本页网址的二维码");
      if (!drawn) return;
      /** @type {Element} */ (place.querySelector("dd")).append(drawn);
      place.hidden = false;
    }, () => {});
  }
}
