// Steps a picture through its phases. Without this script every phase is listed, one below the other.
(() => {
  "use strict";

  const steppers = [...document.querySelectorAll("[data-gs-stepper]")].map(start);

  function start(root) {
    const tabs = [...root.querySelectorAll("[data-gs-step]")];
    const steps = tabs.map((tab) => document.getElementById(tab.dataset.gsStep));
    const moves = [...root.querySelectorAll("[data-gs-move]")];
    const stepper = { root, steps, here: 0, show };

    function show(number, { address = true } = {}) {
      stepper.here = Math.max(0, Math.min(steps.length - 1, number));
      steps.forEach((step, index) => step.classList.toggle("gs-here", index === stepper.here));
      tabs.forEach((tab, index) => {
        tab.setAttribute("aria-pressed", String(index === stepper.here));
      });
      moves.forEach((move) => {
        const to = stepper.here + Number(move.dataset.gsMove);
        move.disabled = to < 0 || to >= steps.length;
      });
      if (address) history.replaceState(null, "", `#${steps[stepper.here].id}`);
    }

    tabs.forEach((tab, index) => tab.addEventListener("click", () => show(index)));
    moves.forEach((move) => {
      move.addEventListener("click", () => show(stepper.here + Number(move.dataset.gsMove)));
    });
    root.querySelectorAll("[hidden]").forEach((element) => element.removeAttribute("hidden"));
    root.classList.add("gs-stepper--live");
    show(0, { address: false });
    return stepper;
  }

  // The address may name a step, or a picture or anything else inside one.
  function follow() {
    const target = location.hash.length > 1 && document.getElementById(location.hash.slice(1));
    if (!target) return;
    for (const stepper of steppers) {
      const number = stepper.steps.findIndex((step) => step.contains(target));
      if (number < 0) continue;
      stepper.show(number, { address: false });
      target.scrollIntoView();
    }
  }

  function onScreen({ root }) {
    const box = root.getBoundingClientRect();
    return box.bottom > innerHeight * 0.2 && box.top < innerHeight * 0.8;
  }

  function onKey(event) {
    const move = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
    const modified = event.altKey || event.ctrlKey || event.metaKey || event.shiftKey;
    if (!move || modified || event.target.closest("input, textarea, select, [contenteditable]")) return;
    const stepper =
      steppers.find(({ root }) => root.contains(event.target)) ?? steppers.find(onScreen);
    if (!stepper) return;
    event.preventDefault();
    stepper.show(stepper.here + move);
  }

  // Paper is white: print the light scheme, whatever the screen shows.
  const scheme = document.body.dataset;
  let shown = scheme.mdColorScheme;
  addEventListener("beforeprint", () => {
    shown = scheme.mdColorScheme;
    scheme.mdColorScheme = "default";
  });
  addEventListener("afterprint", () => {
    scheme.mdColorScheme = shown;
  });

  addEventListener("keydown", onKey);
  addEventListener("hashchange", follow);
  follow();
})();
