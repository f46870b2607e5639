// What makes the pages more comfortable; every page works without it. Search has its own module.
(() => {
  "use strict";
  const root = document.documentElement;

  // Text size and colours, remembered. Storage may be switched off: then they last for the page.
  const kept = (name) => {
    try {
      return localStorage.getItem(`gazette.${name}`) ?? "";
    } catch {
      return "";
    }
  };
  const keep = (name, value) => {
    try {
      if (value) localStorage.setItem(`gazette.${name}`, value);
      else localStorage.removeItem(`gazette.${name}`);
    } catch {
      // nothing to do: the choice still holds on this page
    }
  };
  const choose = (name, value) => {
    if (value) root.dataset[name] = value;
    else delete root.dataset[name];
    for (const button of document.querySelectorAll(`[data-choose=${name}] button`)) {
      button.setAttribute("aria-pressed", String(button.value === value));
    }
  };
  for (const group of document.querySelectorAll("[data-choose]")) {
    const name = group.dataset.choose;
    group.hidden = false;
    choose(name, kept(name));
    group.addEventListener("click", (event) => {
      const button = event.target.closest("button");
      if (!button) return;
      choose(name, button.value);
      keep(name, button.value);
    });
  }

  // The menu closes when one looks elsewhere.
  const menu = document.querySelector(".menu");
  document.addEventListener("click", (event) => {
    if (menu?.open && !menu.contains(event.target)) menu.open = false;
  });
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && menu?.open) {
      menu.open = false;
      menu.querySelector("summary").focus();
    }
  });

  // The search box: one tap, or "/", from everywhere.
  const header = document.querySelector(".top");
  const box = document.querySelector(".find input");
  const opener = document.querySelector("[data-find]");
  const find = () => {
    header.classList.add("finding");
    box.focus();
    box.scrollIntoView({ block: "nearest" });
  };
  if (box && opener) {
    opener.addEventListener("click", (event) => {
      event.preventDefault();
      if (header.classList.contains("finding") && document.activeElement !== box && !box.value) {
        header.classList.remove("finding");
      } else find();
    });
  }
  document.addEventListener("keydown", (event) => {
    const typing = event.target.closest?.("input, textarea, select, [contenteditable]");
    if (event.key === "/" && box && !typing && !event.ctrlKey && !event.metaKey && !event.altKey) {
      event.preventDefault();
      find();
    }
  });
  for (const form of document.querySelectorAll("form.find")) {
    form.addEventListener("submit", (event) => {
      if (form.q.value.trim()) return;
      event.preventDefault();
      form.q.focus();
    });
  }

  // Copying a citation; where the browser has no clipboard, the text is selected for the reader.
  for (const button of document.querySelectorAll("[data-copy]")) {
    const source = document.getElementById(button.dataset.copy);
    const said = button.parentElement.querySelector("[role=status]");
    button.hidden = false;
    button.addEventListener("click", async () => {
      try {
        await navigator.clipboard.writeText(source.textContent.trim());
        said.textContent = "已复制";
      } catch {
        getSelection().selectAllChildren(source);
        said.textContent = "已选中，请长按或按 Ctrl+C 复制";
      }
    });
  }
})();
