// Pan, zoom, full screen and cards for Groundplan's pictures: one file for a picture that is alone
// in a browser, where it stands inside it, and for pages that hold several.
(() => {
  "use strict";

  const XHTML = "http://www.w3.org/1999/xhtml";
  const SVG = "http://www.w3.org/2000/svg";
  const here = document.currentScript?.src;
  const alone = document.documentElement.localName === "svg";
  const calm = matchMedia("(prefers-reduced-motion: reduce)");
  const CLOSEST = 12; // times the size at which all of it is seen
  const STEP = 1.35;
  const LARGE = 1.25; // times the size that it is drawn at, at which a picture is read with ease
  const LOWEST = 200; // pixels that a card has, however little of its picture is in sight
  const MOVES = { ArrowLeft: [60, 0], ArrowRight: [-60, 0], ArrowUp: [0, 60], ArrowDown: [0, -60] };

  // An element; text goes in as text, so no name in a plan can be markup.
  function make(tag, attributes = {}, ...children) {
    const element = document.createElementNS(XHTML, tag);
    for (const [name, value] of Object.entries(attributes)) {
      if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
      else element.setAttribute(name, value);
    }
    element.append(...children.filter((child) => child !== null));
    return element;
  }

  // A sign on a tool, drawn with lines: fonts lack some.
  function sign(path) {
    const svg = document.createElementNS(SVG, "svg");
    const line = document.createElementNS(SVG, "path");
    svg.setAttribute("viewBox", "0 0 20 20");
    svg.setAttribute("aria-hidden", "true");
    line.setAttribute("d", path);
    svg.append(line);
    return svg;
  }

  const SIGNS = {
    in: "M10 4v12M4 10h12",
    out: "M4 10h12",
    fit: "M3 10h4m-2-2 2 2-2 2M17 10h-4m2-2-2 2 2 2M10 3v4m-2-2 2 2 2-2M10 17v-4m-2 2 2-2 2 2",
    full: "M3 7V3h4M13 3h4v4M17 13v4h-4M7 17H3v-4",
  };

  const between = (low, value, high) => Math.min(Math.max(value, low), high);

  // ---- The part of the picture that is seen

  class View {
    constructor(svg, told) {
      const { x, y, width, height } = svg.viewBox.baseVal;
      Object.assign(this, { svg, told, whole: { x, y, w: width, h: height } });
      this.now = { ...this.whole };
      svg.style.aspectRatio = `${width} / ${height}`;
    }

    get scale() {
      return this.whole.w / this.now.w;
    }

    show(box) {
      const { whole } = this;
      const w = between(whole.w / CLOSEST, box.w, whole.w);
      const h = (w * whole.h) / whole.w;
      const x = between(whole.x, box.x, whole.x + whole.w - w);
      const y = between(whole.y, box.y, whole.y + whole.h - h);
      this.now = { x, y, w, h };
      const numbers = [x, y, w, h].map((number) => Number(number.toFixed(2)));
      this.svg.setAttribute("viewBox", numbers.join(" "));
      this.told(this);
    }

    // At once, whatever is still under way.
    jump(box) {
      cancelAnimationFrame(this.frame);
      this.show(box);
    }

    // There in a moment; at once for who asks for less motion.
    glide(box) {
      if (calm.matches) return this.jump(box);
      cancelAnimationFrame(this.frame);
      const from = { ...this.now };
      const start = performance.now();
      const draw = (time) => {
        const part = between(0, (time - start) / 180, 1);
        const eased = 1 - (1 - part) ** 3;
        const at = (name) => from[name] + (box[name] - from[name]) * eased;
        this.show({ x: at("x"), y: at("y"), w: at("w") });
        if (part < 1) this.frame = requestAnimationFrame(draw);
      };
      this.frame = requestAnimationFrame(draw);
    }

    // The point of the picture that is at that point of the screen.
    point(x, y) {
      return new DOMPoint(x, y).matrixTransform(this.svg.getScreenCTM().inverse());
    }

    centre() {
      const box = this.svg.getBoundingClientRect();
      return [box.x + box.width / 2, box.y + box.height / 2];
    }

    zoomed(factor, [x, y] = this.centre()) {
      const w = between(this.whole.w / CLOSEST, this.now.w / factor, this.whole.w);
      const kept = this.point(x, y);
      const share = w / this.now.w;
      return {
        x: kept.x - (kept.x - this.now.x) * share,
        y: kept.y - (kept.y - this.now.y) * share,
        w,
      };
    }

    // All of it, or, where that is small, its upper part: large, but never beyond its width.
    get legible() {
      const { whole } = this;
      const { width, height } = this.svg.getBoundingClientRect();
      const fits = Math.min(width / whole.w, height / whole.h);
      const w = (whole.w * fits) / between(fits, LARGE, width / whole.w);
      return { x: whole.x + (whole.w - w) / 2, y: whole.y, w };
    }

    move(dx, dy) {
      const pixels = this.svg.getScreenCTM().a;
      this.show({ ...this.now, x: this.now.x - dx / pixels, y: this.now.y - dy / pixels });
    }

    // Bring a thing into sight, where it is not.
    reveal(element) {
      const box = element.getBBox();
      const { x, y, w, h } = this.now;
      const inside = box.x >= x && box.y >= y && box.x + box.width <= x + w;
      if (inside && box.y + box.height <= y + h) return;
      this.glide({ x: box.x + box.width / 2 - w / 2, y: box.y + box.height / 2 - h / 2, w });
    }
  }

  // ---- Fingers and the mouse: dragging moves, two fingers or the wheel zoom, a click opens

  function hold(viewer) {
    const { svg, view } = viewer;
    const down = new Map();
    let travelled = 0;

    const spread = () => {
      const [a, b] = [...down.values()];
      return Math.hypot(a.x - b.x, a.y - b.y) || 1;
    };

    svg.addEventListener("pointerdown", (event) => {
      if (event.button !== 0) return;
      down.set(event.pointerId, { x: event.clientX, y: event.clientY });
      if (down.size === 1) travelled = 0;
    });
    svg.addEventListener("pointermove", (event) => {
      const last = down.get(event.pointerId);
      if (!last) return;
      const [dx, dy] = [event.clientX - last.x, event.clientY - last.y];
      const before = down.size === 2 ? spread() : 0;
      down.set(event.pointerId, { x: event.clientX, y: event.clientY });
      travelled += Math.abs(dx) + Math.abs(dy);
      if (travelled < 5) return;
      if (!svg.hasPointerCapture(event.pointerId)) svg.setPointerCapture(event.pointerId);
      svg.classList.add("gp-held");
      if (down.size === 2) view.show(view.zoomed(spread() / before));
      else view.move(dx, dy);
    });
    for (const name of ["pointerup", "pointercancel"]) {
      svg.addEventListener(name, (event) => {
        down.delete(event.pointerId);
        svg.classList.remove("gp-held");
      });
    }
    svg.addEventListener("click", (event) => {
      if (travelled >= 5) return;
      const thing = event.target.closest("[data-id]");
      if (thing) viewer.open(thing.dataset.id);
      else viewer.close();
    });
    svg.addEventListener(
      "wheel",
      (event) => {
        // In a page the wheel is the page's own, but for the gesture that zooms everywhere.
        if (!viewer.full && !event.ctrlKey && !event.metaKey) return;
        event.preventDefault();
        const lines = event.deltaMode === 1 ? 30 : 1;
        view.show(view.zoomed(1.002 ** (-event.deltaY * lines), [event.clientX, event.clientY]));
      },
      { passive: false },
    );
  }

  // ---- A card

  function section(viewer, name, rows) {
    const list = make("dl", { class: "gp-card__rows" });
    for (const [head, value, to] of rows) {
      const go = () => viewer.open(to);
      const told = to ? make("button", { type: "button", class: "gp-card__go", onclick: go }, value) : value;
      list.append(make("div", {}, make("dt", {}, head), make("dd", {}, told)));
    }
    return make("section", {}, make("h3", { class: "gp-card__head" }, name), list);
  }

  function mentions(places) {
    const list = make("ul", { class: "gp-card__mentions" });
    for (const [address, said] of places) {
      list.append(make("li", {}, make("a", { href: address }, said)));
    }
    return make("section", {}, make("h3", { class: "gp-card__head" }, "Read more"), list);
  }

  function panel(viewer, card) {
    const tags = (card.tags ?? []).map((tag) => make("span", { class: "gp-card__tag" }, tag));
    const close = { type: "button", class: "gp-card__close", "aria-label": "Close", title: "Close (Esc)" };
    const title = make("h2", { class: "gp-card__title" }, card.title);
    return make(
      "div",
      { class: "gp-card", role: "dialog", "aria-label": card.title, tabindex: "-1" },
      make("button", { ...close, onclick: () => viewer.close() }, "\u00d7"),
      card.kind ? make("p", { class: "gp-card__kind" }, card.kind) : null,
      title,
      tags.length ? make("p", { class: "gp-card__tags" }, ...tags) : null,
      card.detail ? make("p", { class: "gp-card__detail" }, card.detail) : null,
      card.mentions?.length ? mentions(card.mentions) : null,
      ...Object.entries(card.sections ?? {}).map(([name, rows]) => section(viewer, name, rows)),
    );
  }

  // ---- One picture with its tools

  class Viewer {
    constructor(svg, cardOf) {
      Object.assign(this, { svg, cardOf, shown: null });
      this.things = [...svg.querySelectorAll("[data-id]")];
      this.home = make("div", { class: "gp gp-viewer" });
      svg.replaceWith(this.home);
      this.view = new View(svg, () => this.told());
      this.home.append(svg, this.tools());
      this.describe();
      hold(this);
      document.addEventListener("keydown", (event) => {
        if (this.fills || this.home.contains(event.target)) this.onKey(event);
      });
      svg.addEventListener("gp-show", (event) => this.take(event.detail));
      this.home.addEventListener("fullscreenchange", () => this.filled());
      for (const name of ["scroll", "resize"]) addEventListener(name, () => this.cut(), { passive: true });
      this.told();
    }

    get full() {
      return alone || document.fullscreenElement !== null || this.home.closest(".gs-stage") !== null;
    }

    // Nothing but this picture is on the screen, so all keys are its own.
    get fills() {
      return alone || document.fullscreenElement === this.home;
    }

    // An image for those who can't see it becomes a group of things to go through.
    describe() {
      this.svg.setAttribute("role", "group");
      for (const thing of this.things) {
        const words = [...thing.querySelectorAll("text:not(.gp-mark)")].map((text) => text.textContent);
        thing.setAttribute("role", "button");
        thing.setAttribute("tabindex", "0");
        thing.setAttribute("aria-label", [...new Set(words)].join(", "));
      }
    }

    tools() {
      const button = (name, path, act) =>
        make("button", { type: "button", "aria-label": name, title: name, onclick: act }, sign(path));
      const zoom = (factor) => () => this.view.glide(this.view.zoomed(factor));
      this.out = button("Zoom out (-)", SIGNS.out, zoom(1 / STEP));
      this.fit = button("Fit (0)", SIGNS.fit, () => this.view.glide(this.view.whole));
      return make(
        "div",
        { class: "gp-tools", role: "toolbar", "aria-label": "Picture" },
        button(alone ? "Zoom in (+)" : "Zoom in (+, or Ctrl and the wheel)", SIGNS.in, zoom(STEP)),
        this.out,
        this.fit,
        document.fullscreenEnabled ? button("Full screen (f)", SIGNS.full, () => this.fill()) : null,
      );
    }

    fill() {
      if (document.fullscreenElement) document.exitFullscreen();
      else (this.home.closest(".gs-stage") ?? this.home).requestFullscreen();
    }

    // A picture that is too high for the screen starts with its upper part, and comes back whole.
    filled() {
      this.view.jump(document.fullscreenElement === this.home ? this.view.legible : this.view.whole);
    }

    told() {
      const close = this.view.scale > 1.001;
      this.home.classList.toggle("gp-near", close);
      this.out.disabled = this.fit.disabled = !close;
      this.tell();
    }

    // What a page may want to carry over to another picture of the same place.
    tell() {
      const detail = { whole: this.view.whole, box: this.view.now, id: this.shown };
      this.svg.dispatchEvent(new CustomEvent("gp-view", { bubbles: true, detail }));
    }

    take({ whole, box, id, glide = false }) {
      const { w, h } = this.view.whole;
      if (whole.w === w && whole.h === h) this.view[glide ? "glide" : "jump"](box);
      if (this.things.some((thing) => thing.dataset.id === id)) this.open(id, { focus: false });
      else this.close({ focus: false });
    }

    async open(id, { focus = true } = {}) {
      const thing = this.things.find((one) => one.dataset.id === id);
      const card = thing && (await this.cardOf(this.svg, id));
      if (!card) return;
      this.close({ focus: false });
      this.shown = id;
      this.svg.classList.add("gp-lit");
      thing.classList.add("gp-on");
      for (const line of this.svg.querySelectorAll("[data-source]")) {
        line.classList.toggle("gp-on", [line.dataset.source, line.dataset.target].includes(id));
      }
      this.view.reveal(thing);
      this.card = make("div", { class: "gp-aside" }, panel(this, card));
      this.home.append(this.card);
      this.card.classList.toggle("gp-aside--left", this.isLeftFreer(thing));
      this.cut();
      if (focus) this.card.firstChild.focus({ preventScroll: true });
      this.tell();
    }

    // Whether a card hides less on the left than on the right: of its node, and of what is lit with it.
    isLeftFreer(thing) {
      const { left, right } = this.home.getBoundingClientRect();
      const width = this.card.firstChild.offsetWidth + 8;
      const lit = [...this.svg.querySelectorAll(".gp-on")];
      const ends = new Set(lit.flatMap(({ dataset }) => [dataset.source, dataset.target]));
      const near = this.things.filter((one) => ends.has(one.dataset.id));
      const within = (from, to) => (one) => {
        const box = one.getBoundingClientRect();
        return Math.max(0, Math.min(to, box.right) - Math.max(from, box.left));
      };
      const [onLeft, onRight] = [within(left, left + width), within(right - width, right)];
      const more = (things) => things.reduce((sum, one) => sum + onLeft(one) - onRight(one), 0);
      return (more([thing]) || more([...lit, ...near])) < 0;
    }

    // A card is as high as what is in sight of its picture at most; the rest of it is scrolled to.
    cut() {
      if (!this.shown) return;
      const card = this.card.firstChild;
      const { top, bottom } = this.home.getBoundingClientRect();
      const above = parseFloat(getComputedStyle(card).top);
      const seen = Math.min(bottom, innerHeight) - Math.max(top + 8, above) - 8;
      card.style.maxHeight = `${Math.max(seen, LOWEST)}px`;
    }

    close({ focus = true } = {}) {
      if (!this.shown) return;
      const id = this.shown;
      this.shown = null;
      this.card.remove();
      this.svg.classList.remove("gp-lit");
      for (const lit of this.svg.querySelectorAll(".gp-on")) lit.classList.remove("gp-on");
      if (focus) this.things.find((one) => one.dataset.id === id)?.focus({ preventScroll: true });
      this.tell();
    }

    onKey(event) {
      if (event.ctrlKey || event.metaKey || event.altKey) return;
      const { view } = this;
      const thing = event.target.closest?.("[data-id]");
      const move = this.fills && !event.target.closest?.(".gp-card") && MOVES[event.key];
      const act = {
        "+": () => view.glide(view.zoomed(STEP)),
        "=": () => view.glide(view.zoomed(STEP)),
        "-": () => view.glide(view.zoomed(1 / STEP)),
        0: () => view.glide(view.whole),
        f: () => this.fill(),
        Escape: this.shown && (() => this.close()),
        Enter: thing && (() => this.open(thing.dataset.id)),
        " ": thing && (() => this.open(thing.dataset.id)),
      }[event.key];
      if (!act && !move) return;
      event.preventDefault();
      event.stopPropagation();
      if (move) view.move(...move);
      else act();
    }
  }

  // ---- Where it runs

  // The picture's own file: its root becomes a page's, so that a card can stand beside it.
  function startAlone(svg) {
    const cards = JSON.parse(svg.querySelector("metadata.gp-cards")?.textContent || "{}");
    const body = make("body", { class: "gp-alone" });
    const title = make("title", {}, svg.querySelector("title")?.textContent ?? "");
    const language = { lang: "en" };
    svg.replaceWith(make("html", language, make("head", {}, title), body));
    body.append(svg);
    const viewer = new Viewer(svg, (_svg, id) => cards[id]);
    follow(() => viewer);
  }

  // The cards of a site's pictures stand in one file, fetched when the first of them is opened.
  let asked = null;
  function siteCards() {
    asked ??= new Promise((done, failed) => {
      const source = new URL("cards.js", here).href;
      document.head.append(
        make("script", { src: source, onload: () => done(globalThis.groundplanCards), onerror: failed }),
      );
    });
    return asked;
  }

  async function siteCard(svg, id) {
    const { cards, pictures, mentions: all } = await siteCards();
    const card = cards[pictures[svg.closest("[data-gs-cards]").dataset.gsCards]?.[id]];
    if (!card) return null;
    const names = new Set([id, ...(card.addresses ?? [])]);
    const places = [...names].flatMap((name) => all[name] ?? []);
    const root = new URL("../../", here);
    return { ...card, mentions: places.map(([to, said]) => [new URL(to, root).href, said]) };
  }

  // The address may name a node.
  function follow(viewerOf) {
    const go = () => {
      const thing = location.hash.length > 1 && document.getElementById(decodeURIComponent(location.hash.slice(1)));
      if (!thing?.dataset?.id) return;
      viewerOf(thing.ownerSVGElement)?.open(thing.dataset.id, { focus: false });
      const centre = () => thing.scrollIntoView({ block: "center" });
      if (document.readyState === "complete") centre();
      else addEventListener("load", centre); // after the browser's own jump to its upper edge
    };
    addEventListener("hashchange", go);
    go();
  }

  // A link in prose opens its node in the picture that is in sight on this page, where one has it.
  function link(viewers) {
    document.addEventListener("click", (event) => {
      const to = event.target.closest("a[data-gp-node]");
      if (!to || event.ctrlKey || event.metaKey || event.shiftKey) return;
      const id = to.dataset.gpNode;
      const has = ({ home, things }) => home.offsetParent && things.some((one) => one.dataset.id === id);
      const viewer = [...viewers.values()].find(has);
      if (!viewer) return;
      event.preventDefault();
      const thing = viewer.things.find((one) => one.dataset.id === id);
      thing.scrollIntoView({ block: "center", behavior: calm.matches ? "auto" : "smooth" });
      viewer.open(id);
    });
  }

  if (alone) {
    startAlone(document.documentElement);
  } else {
    const viewers = new Map();
    for (const svg of document.querySelectorAll("[data-gs-cards] svg.gp")) {
      viewers.set(svg, new Viewer(svg, siteCard));
    }
    follow((svg) => viewers.get(svg));
    link(viewers);
  }
})();
