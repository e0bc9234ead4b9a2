// Presents a page, full screen: its title, its points and its pictures, one after the other.
// What is shown is the page's own content, moved onto the stage and back, so nothing is there twice.
// After the last slide comes the first one of the next phase, which is a page of its own.
(() => {
  "use strict";

  const button = document.querySelector("[data-gs-present]");
  const article = document.querySelector("article");
  if (!button || !article) return;

  const NEXT = ["ArrowRight"];
  const BACK = ["ArrowLeft", "Backspace"];
  const DOWN = ["ArrowDown", "PageDown"];
  const UP = ["ArrowUp", "PageUp"];
  const PARTS = ".gs-work > section, .gs-planned, .gs-picture, .gs-table";
  const LAST = ".gs-work__next"; // what comes next is told last
  const HASH = /^#slide-(\d+|last)$/;
  const ONWARD = document.querySelector(".gs-strip__item--here + .gs-strip__item a");
  const EARLIER = document.querySelector(".gs-strip__item:has(+ .gs-strip__item--here) a");
  const SMALLEST = 12; // the size of a picture's smallest letters, in its own pixels
  const LEGIBLE = 20; // what they need on a screen to be read from afar
  const NEAR = 12; // and to be read from near; a picture of which all is smaller starts closer
  const THING = 80; // the height of a thing with its words, in the picture's own pixels
  const WORTH = 1.15; // going closer by less would show nothing new

  function make(tag, attributes = {}, ...children) {
    const element = document.createElement(tag);
    for (const [name, value] of Object.entries(attributes)) {
      if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
      else element.setAttribute(name, value);
    }
    element.append(...children);
    return element;
  }

  // The words of a heading, without the link to it.
  function words(element) {
    return [...element.childNodes]
      .filter((node) => !(node instanceof Element && node.matches(".headerlink")))
      .map((node) => node.textContent)
      .join("")
      .trim();
  }

  // The heading that a part stands under; the points of the work have their own.
  function heading(part) {
    if (part.matches(".gs-work > section")) return "";
    const above = [...article.querySelectorAll("h2, h3")].filter(
      (one) =>
        !one.closest(".gs-work") &&
        one.compareDocumentPosition(part) & Node.DOCUMENT_POSITION_FOLLOWING,
    );
    return above.length ? words(above.at(-1)) : "";
  }

  function titleSlide() {
    const lede = article.querySelector(".gs-lede");
    const site = document.querySelector(".md-header__topic")?.textContent.trim() ?? "";
    return make(
      "div",
      { class: "gs-stage__title" },
      make("p", { class: "gs-stage__site" }, site),
      make("h1", {}, words(article.querySelector("h1"))),
      make("p", {}, lede?.textContent ?? ""),
    );
  }

  // All of a picture: its ground, whatever part of it is seen.
  function wholeOf(svg) {
    const { width, height } = svg.querySelector(".gp-ground");
    return { x: 0, y: 0, w: width.baseVal.value, h: height.baseVal.value };
  }

  // How many pixels of the screen one of a picture's own takes, where all of it is seen.
  function scaleOf(svg) {
    const { w, h } = wholeOf(svg);
    const room = svg.getBoundingClientRect();
    return Math.min(room.width / w, room.height / h);
  }

  // The middles of the parts in which a length is looked at. What stands at the end of one is whole in the next.
  function middles(whole, part) {
    if (part >= whole) return [whole / 2];
    const number = Math.ceil((whole - THING) / Math.max(part - THING, part / 2));
    const step = (whole - part) / (number - 1);
    return [...Array(number).keys()].map((index) => part / 2 + index * step);
  }

  // A picture that is too small to be read from afar, in parts that can be: from top to bottom, all of its width,
  // or where that is too small to be read from near, each row from left to right.
  function partsOf(svg) {
    if (!svg) return [];
    const { w, h } = wholeOf(svg);
    const room = svg.getBoundingClientRect();
    const fits = scaleOf(svg);
    const scale = Math.max(Math.min(LEGIBLE / SMALLEST, room.width / w), NEAR / SMALLEST);
    if (scale < WORTH * fits) return [];
    const [wide, high] = [(w * fits) / scale, (h * fits) / scale];
    const across = middles(w, room.width / scale);
    return middles(h, room.height / scale).flatMap((y) =>
      across.map((x) => ({ x: x - wide / 2, y: y - high / 2, w: wide })),
    );
  }

  // The part that a picture is first seen with: 0, all of it, where that can be read.
  const firstOf = (svg) => (svg && SMALLEST * scaleOf(svg) < NEAR ? 1 : 0);

  class Stage {
    constructor() {
      const parts = [...article.querySelectorAll(PARTS)];
      const last = parts.filter((part) => part.matches(LAST));
      const ordered = [...parts.filter((part) => !last.includes(part)), ...last];
      this.slides = [
        { part: titleSlide(), heading: "" },
        ...ordered.map((part) => ({ part, heading: heading(part) })),
      ];
      this.here = -1;
      this.full = false; // as soon as the browser lets it
      this.part = 0; // of the picture; 0 is all of it
      this.heading = make("h2", { class: "gs-stage__heading" });
      this.floor = make("div", { class: "gs-stage__floor md-typeset" });
      this.place = make("p", { class: "gs-stage__place", role: "status" });
      this.closer = make("p", { class: "gs-stage__closer" });
      this.back = this.control("Back (\u2190)", "\u2190", () => this.step(-1));
      this.next = this.control("Next (\u2192)", "\u2192", () => this.step(1));
      this.root = make(
        "div",
        {
          class: "gs-stage",
          role: "dialog",
          "aria-modal": "true",
          "aria-label": "Presentation",
          tabindex: "-1",
          onclick: () => this.fill(),
        },
        this.heading,
        this.floor,
        make(
          "div",
          { class: "gs-stage__bar" },
          make("p", { class: "gs-stage__name" }, words(article.querySelector("h1"))),
          this.closer,
          this.place,
          this.back,
          this.next,
          this.control("Leave (Esc)", "\u00d7", () => this.leave()),
        ),
      );
      this.onKey = this.onKey.bind(this);
      this.onScreen = this.onScreen.bind(this);
      this.onResize = this.onResize.bind(this);
    }

    control(name, sign, act) {
      const attributes = { type: "button", "aria-label": name, title: name, onclick: act };
      return make("button", attributes, sign);
    }

    enter(number = 0, full = true) {
      document.body.append(this.root);
      document.documentElement.classList.add("gs-presenting");
      addEventListener("keydown", this.onKey, true);
      addEventListener("resize", this.onResize);
      document.addEventListener("fullscreenchange", this.onScreen);
      this.show(number);
      this.root.focus();
      this.full = full;
      this.fill();
    }

    // Without a click or a key of the reader's a browser refuses; the stage fills the window all the same.
    fill() {
      if (!this.full || document.fullscreenElement) return;
      this.root.requestFullscreen?.().catch(() => {});
    }

    // On to another phase's page, which leaves the full screen until the next key.
    go(link, hash = "") {
      location.assign(`${link.href}?present=${this.full ? "full" : ""}${hash}`);
    }

    leave() {
      if (!this.root.isConnected) return;
      this.clear();
      this.here = -1;
      this.full = false;
      document.removeEventListener("fullscreenchange", this.onScreen);
      removeEventListener("resize", this.onResize);
      removeEventListener("keydown", this.onKey, true);
      if (document.fullscreenElement) document.exitFullscreen();
      this.root.remove();
      document.documentElement.classList.remove("gs-presenting");
      history.replaceState(null, "", location.pathname);
      button.focus();
    }

    // The browser's own way out of full screen leaves the presentation too.
    onScreen() {
      if (!document.fullscreenElement) this.leave();
    }

    // Another size has other parts.
    onResize() {
      this.fit();
      this.look(this.part, { glide: false });
    }

    get picture() {
      return this.floor.querySelector(".gs-picture svg.gp");
    }

    // Look at one part of the picture, 0 for all of it.
    look(part, { glide = true } = {}) {
      const { picture } = this;
      const parts = partsOf(picture);
      this.part = Math.min(part, parts.length);
      const told = this.part ? `${this.part} / ${parts.length}` : "closer";
      const back = this.part === 1 ? "\u2191 whole \u00a0 " : "";
      this.closer.textContent = parts.length ? `${back}\u2193 ${told}` : "";
      if (!picture) return;
      const whole = wholeOf(picture);
      const detail = { whole, box: parts[this.part - 1] ?? whole, id: null, glide };
      picture.dispatchEvent(new CustomEvent("gp-show", { detail }));
    }

    // Down through the parts of a picture, and on to the next slide; the same way back.
    pan(by) {
      const part = this.part + by;
      if (part < 0 || part > partsOf(this.picture).length) this.show(this.here + by);
      else this.look(part);
    }

    // On to the next slide; but first through all parts of a picture that can't be read whole.
    step(by) {
      const part = this.part + by;
      const inside = part >= 1 && part <= partsOf(this.picture).length;
      if (inside && firstOf(this.picture)) this.look(part);
      else this.show(this.here + by);
    }

    clear() {
      this.look(0, { glide: false });
      const slide = this.slides[this.here];
      if (slide?.mark) slide.mark.replaceWith(slide.part);
      else slide?.part.remove();
      if (slide) slide.mark = null;
    }

    show(number) {
      const last = this.slides.length - 1;
      if (this.here === last && number > last && ONWARD) return this.go(ONWARD);
      if (this.here === 0 && number < 0 && EARLIER) return this.go(EARLIER, "#slide-last");
      const to = Math.max(0, Math.min(last, number));
      if (to === this.here) return;
      this.clear();
      this.here = to;
      const slide = this.slides[to];
      if (slide.part.isConnected) {
        slide.mark = document.createComment("on the stage");
        slide.part.replaceWith(slide.mark);
      }
      this.floor.replaceChildren(slide.part);
      this.root.dataset.slide = slide.part.matches(".gs-picture") ? "picture" : "text";
      this.heading.textContent = slide.heading;
      this.heading.hidden = !slide.heading;
      this.place.textContent = `${to + 1} / ${this.slides.length}`;
      this.back.disabled = to === 0 && !EARLIER;
      this.next.disabled = to === last && !ONWARD;
      this.next.title = to === last ? "Next phase (\u2192)" : "Next (\u2192)";
      history.replaceState(null, "", `#slide-${to + 1}`);
      if (!this.root.contains(document.activeElement)) this.root.focus();
      this.fit();
      this.look(firstOf(this.picture), { glide: false });
    }

    // As large as fits: text shrinks in steps until nothing of it is cut.
    fit() {
      const { floor } = this;
      floor.scrollTop = 0;
      for (let size = 125; size >= 45; size -= 5) {
        floor.style.setProperty("--gs-size", String(size / 100));
        if (floor.scrollHeight <= floor.clientHeight && floor.scrollWidth <= floor.clientWidth) return;
      }
    }

    onKey(event) {
      if (event.ctrlKey || event.metaKey || event.altKey) return;
      const onThing = event.target.closest("button, a, input, [role=button]");
      const inCard = event.target.closest(".gp-card");
      const space = event.key === " " && !onThing ? (event.shiftKey ? -1 : 1) : 0;
      let act = null;
      if (NEXT.includes(event.key) || space > 0) act = () => this.step(1);
      if (BACK.includes(event.key) || space < 0) act = () => this.step(-1);
      if (DOWN.includes(event.key)) act = () => this.pan(1);
      if (UP.includes(event.key)) act = () => this.pan(-1);
      if (event.key === "Home") act = () => this.show(0);
      if (event.key === "End") act = () => this.show(this.slides.length - 1);
      // An open card is closed first.
      const close = this.floor.querySelector(".gp-card__close");
      if (event.key === "Escape") act = () => (close ? close.click() : this.leave());
      if (!act || (inCard && event.key.startsWith("Arrow") && /Up|Down/.test(event.key))) return;
      event.preventDefault();
      event.stopPropagation();
      if (event.key !== "Escape") this.fill();
      act();
    }
  }

  const stage = new Stage();
  button.closest("[hidden]")?.removeAttribute("hidden");
  button.addEventListener("click", () => stage.enter());

  const [, number] = location.hash.match(HASH) ?? [];
  const asked = new URLSearchParams(location.search).get("present");
  const first = number === "last" ? Infinity : Number(number ?? 1) - 1;
  if (number || asked !== null) stage.enter(first, asked === "full");
})();
