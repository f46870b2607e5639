// A page of the printed edition, large: two fingers zoom, one moves, a double tap goes in and out;
// buttons and keys do the same. Loaded when a reader asks for it.

const MOST = 6;
const STEP = 1.6;

/** @param {HTMLAnchorElement} link  whose picture is shown */
export function zoom(link) {
  const small = /** @type {HTMLImageElement} */ (link.querySelector("img"));
  const view = document.createElement("dialog");
  view.className = "zoom";
  const image = new Image();
  image.src = link.href;
  image.alt = small.alt.replace("，点按放大", "");
  view.setAttribute("aria-label", image.alt);
  image.draggable = false;
  const tools = document.createElement("div");
  tools.className = "zoom-tools";
  view.append(image, tools);
  for (const [words, name, act] of /** @type {[string, string, () => void][]} */ ([
    ["－", "缩小", () => scale(1 / STEP)],
    ["＋", "放大", () => scale(STEP)],
    ["关闭", "关闭大图", () => view.close()],
  ])) {
    const button = document.createElement("button");
    button.type = "button";
    button.textContent = words;
    button.setAttribute("aria-label", name);
    button.addEventListener("click", act);
    tools.append(button);
  }

  const width = small.width;
  const ratio = Number(small.getAttribute("height")) / Number(small.getAttribute("width"));
  let k = 1;
  let x = 0;
  let y = 0;
  const fit = () => Math.min(innerWidth, innerHeight / ratio);
  const draw = () => {
    const w = fit() * k;
    const h = w * ratio;
    // What is smaller than the screen stands in its middle; what is larger leaves no gap.
    x = w <= innerWidth ? (innerWidth - w) / 2 : Math.min(0, Math.max(innerWidth - w, x));
    y = h <= innerHeight ? (innerHeight - h) / 2 : Math.min(0, Math.max(innerHeight - h, y));
    image.style.width = `${w}px`;
    image.style.transform = `translate(${x}px, ${y}px)`;
    image.dataset.scale = k.toFixed(2);
  };
  /** @param {number} by @param {number} [cx] @param {number} [cy] */
  const scale = (by, cx = innerWidth / 2, cy = innerHeight / 2) => {
    const next = Math.min(MOST, Math.max(1, k * by));
    x = cx - ((cx - x) * next) / k;
    y = cy - ((cy - y) * next) / k;
    k = next;
    draw();
  };

  /** @type {Map<number, PointerEvent>} */
  const fingers = new Map();
  let tapped = 0;
  image.addEventListener("pointerdown", (event) => {
    event.preventDefault();
    image.setPointerCapture(event.pointerId);
    fingers.set(event.pointerId, event);
    if (fingers.size === 1) {
      if (event.timeStamp - tapped < 300) scale(k > 1.5 ? 1 / MOST : 2.5, event.clientX, event.clientY);
      tapped = event.timeStamp;
    }
  });
  image.addEventListener("pointermove", (event) => {
    const before = fingers.get(event.pointerId);
    if (!before) return;
    const other = Array.from(fingers.values()).find((finger) => finger.pointerId !== event.pointerId);
    if (other) {
      const far = (/** @type {PointerEvent} */ finger) => Math.hypot(finger.clientX - other.clientX, finger.clientY - other.clientY) || 1;
      scale(far(event) / far(before), (event.clientX + other.clientX) / 2, (event.clientY + other.clientY) / 2);
    } else {
      x += event.clientX - before.clientX;
      y += event.clientY - before.clientY;
      draw();
    }
    fingers.set(event.pointerId, event);
  });
  const lift = (/** @type {PointerEvent} */ event) => fingers.delete(event.pointerId);
  image.addEventListener("pointerup", lift);
  image.addEventListener("pointercancel", lift);
  view.addEventListener("wheel", (event) => {
    event.preventDefault();
    scale(event.deltaY < 0 ? 1.2 : 1 / 1.2, event.clientX, event.clientY);
  }, { passive: false });
  view.addEventListener("keydown", (event) => {
    const move = { ArrowLeft: [80, 0], ArrowRight: [-80, 0], ArrowUp: [0, 80], ArrowDown: [0, -80] }[event.key];
    if (event.key === "+" || event.key === "=") scale(STEP);
    else if (event.key === "-") scale(1 / STEP);
    else if (move) {
      x += move[0];
      y += move[1];
      draw();
    } else return;
    event.preventDefault();
  });
  addEventListener("resize", draw);
  view.addEventListener("close", () => {
    removeEventListener("resize", draw);
    view.remove();
    link.focus();
  });
  document.body.append(view);
  view.showModal();
  k = Math.max(1, width / fit());
  draw();
}
