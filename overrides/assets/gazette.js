// What makes the pages more comfortable; every page works without it. What few readers use at once is
// a module of its own, fetched when it is wanted; search has its own.
(() => {
  "use strict";
  const root = document.documentElement;
  const script = /** @type {HTMLScriptElement} */ (document.currentScript);
  /** @type {<E extends Element = HTMLElement>(selector: string) => E | null} */
  const one = (selector) => document.querySelector(selector);
  /** @type {<E extends Element = HTMLElement>(selector: string) => NodeListOf<E>} */
  const all = (selector) => document.querySelectorAll(selector);
  /** @param {string} name */
  const load = (name) => import(new URL(`${name}.js`, script.src).href);

  // Storage may be switched off: then a choice lasts for the page.
  /** @param {string} name */
  const kept = (name) => {
    try {
      return localStorage.getItem(`gazette.${name}`) ?? "";
    } catch {
      return "";
    }
  };
  /** @param {string} name @param {string} value */
  const keep = (name, value) => {
    try {
      if (value) localStorage.setItem(`gazette.${name}`, value);
      else localStorage.removeItem(`gazette.${name}`);
    } catch {
      // nothing to do
    }
  };
  /** @param {HTMLElement} near @param {string} words */
  const say = (near, words) => {
    const said = /** @type {Element} */ (near.closest("dd, div, section")).querySelector("[role=status]");
    if (said) said.textContent = words;
  };

  // Size, lines, colours, 长辈版: the style sheet reads the buttons; here they are remembered.
  /** @param {string} name @param {string} value */
  const choose = (name, value) => {
    if (value) root.dataset[name] = value;
    else delete root.dataset[name];
    for (const input of /** @type {NodeListOf<HTMLInputElement>} */ (all(`input[name=${name}]`))) {
      input.checked = input.type === "checkbox" ? Boolean(value) : input.value === value;
    }
  };
  for (const name of ["size", "lines", "theme", "elder"]) choose(name, kept(name));
  document.addEventListener("change", (event) => {
    const target = /** @type {HTMLInputElement} */ (event.target);
    if (!["size", "lines", "theme", "elder"].includes(target.name)) return;
    const value = target.type === "checkbox" ? (target.checked ? "on" : "") : target.value;
    choose(target.name, value);
    keep(target.name, value);
  });
  if (/MicroMessenger/i.test(navigator.userAgent)) root.dataset.wechat = "";

  // The menu closes when one looks elsewhere.
  const menu = /** @type {HTMLDetailsElement} */ (one(".menu"));
  document.addEventListener("click", (event) => {
    if (menu?.open && !menu.contains(/** @type {Element} */ (event.target))) menu.open = false;
  });
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && menu?.open) {
      menu.open = false;
      /** @type {HTMLElement} */ (menu.querySelector("summary")).focus();
    }
  });
  for (const button of all("[data-settings]")) {
    button.hidden = false;
    button.addEventListener("click", (event) => {
      event.stopPropagation();
      menu.open = !menu.open;
      if (menu.open) /** @type {HTMLElement} */ (menu.querySelector("input:checked")).focus();
    });
  }

  // The search box: one tap, or "/", from everywhere.
  const header = /** @type {HTMLElement} */ (one(".top"));
  const box = /** @type {HTMLInputElement} */ (one(".find input"));
  const find = () => {
    header.classList.add("finding");
    box.focus();
    box.scrollIntoView({ block: "nearest" });
  };
  if (box) {
    one("[data-find]")?.addEventListener("click", (event) => {
      event.preventDefault();
      if (header.classList.contains("finding") && document.activeElement !== box && !box.value) {
        header.classList.remove("finding");
      } else find();
    });
  }
  document.addEventListener("keydown", (event) => {
    const typing = /** @type {Element} */ (event.target).closest?.("input:not([type=radio], [type=checkbox]), textarea, select, dialog");
    if (event.key === "/" && box && !typing && !event.ctrlKey && !event.metaKey && !event.altKey) {
      event.preventDefault();
      find();
    }
  });
  for (const form of /** @type {NodeListOf<HTMLFormElement>} */ (all("form.find"))) {
    form.addEventListener("submit", (event) => {
      if (form.q.value.trim()) return;
      event.preventDefault();
      form.q.focus();
    });
    // Suggestions come when somebody types; the search page has its own.
    const suggest = () => import("./search/box.js").then(({ start }) => start(form), () => {});
    if (!form.closest("#search")) form.q.addEventListener("input", suggest, { once: true });
  }

  // Related documents, when a reader comes near the end; not where bytes are to be saved.
  const related = one("[data-related]");
  if (related && !(/** @type {any} */ (navigator).connection?.saveData)) {
    new IntersectionObserver((seen, watch) => {
      if (!seen.some((one) => one.isIntersecting)) return;
      watch.disconnect();
      import("./search/related.js").then(({ show }) => show(related), () => {});
    }, { rootMargin: "100px" }).observe(related);
  }

  // Copying; where the browser has no clipboard, the text is selected for the reader.
  for (const button of all("[data-copy]")) {
    const source = /** @type {HTMLElement} */ (document.getElementById(/** @type {string} */ (button.dataset.copy)));
    button.hidden = false;
    button.addEventListener("click", async () => {
      try {
        await navigator.clipboard.writeText(source.textContent.trim());
        say(button, "已复制");
      } catch {
        getSelection()?.selectAllChildren(source);
        say(button, "已选中，请长按或按 Ctrl+C 复制");
      }
    });
  }

  // A document: its citations filled in, one article copied, where one was, reading aloud.
  const text = one("[data-body], .lines");
  if (one(".quote")) load("quote").then(({ quote }) => quote(), () => {});
  const speaker = one("[data-speak]");
  if (speaker && text && "speechSynthesis" in window) {
    const offer = () => {
      if (speechSynthesis.getVoices().some((voice) => /^zh|^cmn/i.test(voice.lang))) speaker.hidden = false;
    };
    offer();
    speechSynthesis.addEventListener?.("voiceschanged", offer);
    speaker.addEventListener("click", () => load("speak").then(({ speak }) => speak()));
  }
  const picture = /** @type {?HTMLAnchorElement} */ (one("[data-zoom]"));
  picture?.addEventListener("click", (event) => {
    if (event.ctrlKey || event.metaKey || event.shiftKey || !window.HTMLDialogElement) return;
    event.preventDefault();
    load("zoom").then(({ zoom }) => zoom(picture), () => location.assign(picture.href));
  });

  // The 目录 unfolds when it is asked for from below, and folds when a place in it was chosen.
  const outline = /** @type {?HTMLDetailsElement} */ (one("#outline"));
  document.addEventListener("click", ({ target }) => {
    /** @type {?HTMLAnchorElement | undefined} */
    const link = outline && /** @type {Element} */ (target).closest?.("a[href^='#']");
    if (link) outline.open = link.hash === "#outline";
  });

  // Where one was: kept by block, so that it holds at any size. Offered, never forced.
  const PLACES = 40;
  const FAR = 3;
  const blocks = text ? Array.from(text.closest(".doc-body, .leaf")?.querySelectorAll("p, h2, h3, h4, tr") ?? []) : [];
  if (blocks.length > 2 * FAR) {
    const here = location.pathname;
    /** @type {Record<string, number>} */
    let places = {};
    try {
      places = JSON.parse(kept("places") || "{}");
    } catch {
      // written by something else: begin again
    }
    const was = blocks[places[here]];
    if (was && places[here] > FAR && !location.hash && scrollY < 100) {
      const note = document.createElement("div");
      note.className = "notice no-print";
      note.setAttribute("role", "status");
      note.innerHTML = "<span>上次读到后面</span><button type=button>接着读</button><button type=button aria-label=关闭>×</button>";
      const [go, close] = note.querySelectorAll("button");
      go.addEventListener("click", () => {
        was.scrollIntoView(); // at the top, below the bar: as it was left
        note.remove();
      });
      close.addEventListener("click", () => note.remove());
      /** @type {HTMLElement} */ (one("main")).append(note);
      setTimeout(() => note.remove(), 12000);
    }
    /** @type {number | undefined} */
    let due;
    addEventListener("scroll", () => {
      clearTimeout(due);
      due = setTimeout(() => {
        const at = blocks.findIndex((block) => block.getBoundingClientRect().bottom > 120);
        delete places[here];
        places = Object.fromEntries(Object.entries(places).slice(1 - PLACES));
        if (at > FAR) places[here] = at;
        keep("places", JSON.stringify(places));
      }, 400);
    }, { passive: true });
  }

  // Going back shows what was on the screen. The browser remembers a height, and heights are estimates until they
  // are laid out (content-visibility), so the block is remembered with it.
  const spots = Array.from(all(".text > *, .scan-page, .rows > li, .doc-foot > *"));
  if (spots.length) {
    let was = history.state?.spot;
    let tries = 4; // what comes into sight takes its own height, and the browser may still scroll to its own
    const back = () => {
      if (!was || !tries--) return;
      scrollBy({ top: spots[was[0]]?.getBoundingClientRect().top - was[1] || 0, behavior: "instant" });
      requestAnimationFrame(back);
    };
    addEventListener("load", () => requestAnimationFrame(back));
    for (const moved of ["touchstart", "wheel", "keydown"]) addEventListener(moved, () => (was = null), { once: true, passive: true });
    /** @type {number | undefined} */
    let due;
    addEventListener("scroll", () => {
      clearTimeout(due);
      due = setTimeout(() => {
        const at = spots.findIndex((spot) => spot.getBoundingClientRect().bottom > 120);
        const spot = at < 0 ? undefined : [at, spots[at].getBoundingClientRect().top];
        history.replaceState({ ...history.state, spot }, "");
      }, 200);
    }, { passive: true });
  }
  const bar = one(".progress");
  if (bar && !CSS.supports("animation-timeline: scroll()")) {
    addEventListener("scroll", () => {
      bar.style.setProperty("--read", String(scrollY / Math.max(1, root.scrollHeight - innerHeight)));
    }, { passive: true });
  }

  // Without a network. Where the browser keeps no pages, nothing of it is shown.
  if (script.dataset.worker && "serviceWorker" in navigator && "caches" in window) {
    const worker = new URL(script.dataset.worker, location.href);
    const saver = one("[data-save]");
    if (saver) {
      saver.hidden = false; // before the first paint, so that nothing moves; what it does comes later, a touch waits for it
      const keep = load("offline/save").then(({ offer }) => offer(new URL(".", worker)));
      keep.catch(() => (saver.hidden = true));
      /** @type {HTMLElement} */ (saver.querySelector("button")).addEventListener("click", () => keep.then((now) => now(), () => {}));
    }
    addEventListener("load", () => {
      const register = () => navigator.serviceWorker.register(worker, { updateViaCache: "none" }).catch(() => {});
      (window.requestIdleCallback ?? setTimeout)(register);
    });
  }
})();
