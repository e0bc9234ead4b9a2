// Steps a picture through its phases. Without this script every phase is listed, one below the other.
(() => {
  "use strict";

  const steppers = [...document.querySelectorAll("[data-gs-stepper]")].map(start);

  function start(root) {
    const tabs = [...root.querySelectorAll("[data-gs-step]")];
    const steps = tabs.map((tab) => document.getElementById(tab.dataset.gsStep));
    const moves = [...root.querySelectorAll("[data-gs-move]")];
    const stepper = { root, steps, here: 0, show };
    let seen = null; // which part of the picture, and which card

    function show(number, { address = true } = {}) {
      const before = steps[stepper.here];
      stepper.here = Math.max(0, Math.min(steps.length - 1, number));
      const step = steps[stepper.here];
      steps.forEach((other) => other.classList.toggle("gs-here", other === step));
      tabs.forEach((tab, index) => {
        tab.setAttribute("aria-pressed", String(index === stepper.here));
      });
      moves.forEach((move) => {
        const to = stepper.here + Number(move.dataset.gsMove);
        move.disabled = to < 0 || to >= steps.length;
      });
      if (step !== before && seen) {
        step.querySelector("svg.gp")?.dispatchEvent(new CustomEvent("gp-show", { detail: seen }));
      }
      if (address) history.replaceState(null, "", `#${step.id}`);
    }

    root.addEventListener("gp-view", (event) => {
      if (steps[stepper.here].contains(event.target)) seen = event.detail;
    });
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
      target.scrollIntoView({ block: target.closest("svg") ? "center" : "start" });
    }
  }

  function onScreen({ root }) {
    const box = root.getBoundingClientRect();
    return box.bottom > innerHeight * 0.2 && box.top < innerHeight * 0.8;
  }

  function onKey(event) {
    const move = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
    const modified = event.altKey || event.ctrlKey || event.metaKey || event.shiftKey;
    if (!move || modified || event.target.closest("input, textarea, select, [contenteditable], .gs-stage")) return;
    const stepper =
      steppers.find(({ root }) => root.contains(event.target)) ?? steppers.find(onScreen);
    if (!stepper) return;
    event.preventDefault();
    stepper.show(stepper.here + move);
  }

  addEventListener("keydown", onKey);
  addEventListener("hashchange", follow);
  follow();
})();
