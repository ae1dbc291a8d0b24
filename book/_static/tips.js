/* What a named value rests on, shown at the value: by pointer, keyboard and touch.

   The tip stays while the pointer is on it, closes by Escape, and keeps inside the window. On a
   touch screen the first tap shows it, the second follows the link. */
(function () {
  "use strict";

  const MARGIN = 8;
  let open = null;
  let openBeforeTouch = null;
  let touched = false;

  function place(value) {
    const tip = value.querySelector(".value-tip");
    const [box] = value.firstElementChild.getClientRects();
    const width = document.documentElement.clientWidth;
    tip.style.left = "0px";
    tip.style.top = "0px";
    const { width: wide, height: high } = tip.getBoundingClientRect();
    const left = Math.max(MARGIN, Math.min(box.left, width - wide - MARGIN));
    const above = box.bottom + high > window.innerHeight - MARGIN && box.top - high >= MARGIN;
    tip.style.left = `${left}px`;
    tip.style.top = `${above ? box.top - high : box.bottom}px`;
  }

  function show(value) {
    if (open && open !== value) hide();
    open = value;
    value.classList.add("open");
    place(value);
  }

  function hide() {
    if (open) open.classList.remove("open");
    open = null;
  }

  function setUp(value, number) {
    const link = value.querySelector("a");
    const tip = value.querySelector(".value-tip");
    if (!tip || !tip.textContent.trim()) return;
    tip.id ||= `value-tip-${number + 1}`;
    if (link) link.setAttribute("aria-describedby", tip.id);
    value.addEventListener("pointerenter", (event) => {
      if (event.pointerType !== "touch") show(value);
    });
    value.addEventListener("pointerleave", (event) => {
      if (event.pointerType !== "touch" && open === value && !value.contains(document.activeElement)) {
        hide();
      }
    });
    value.addEventListener("focusin", () => show(value));
    value.addEventListener("focusout", () => hide());
    if (link) {
      link.addEventListener("click", (event) => {
        if (!touched || openBeforeTouch === value) return;
        event.preventDefault();
        show(value);
      });
    }
  }

  function run() {
    document.documentElement.classList.add("with-tips");
    document.querySelectorAll(".value").forEach(setUp);
    document.addEventListener(
      "pointerdown",
      (event) => {
        touched = event.pointerType === "touch";
        openBeforeTouch = open;
        if (open && !open.contains(event.target)) hide();
      },
      true,
    );
    document.addEventListener("keydown", (event) => {
      touched = false;
      if (event.key === "Escape") hide();
    });
    // The tip is fixed in the window, so it follows when its value moves.
    for (const what of ["scroll", "resize"]) {
      window.addEventListener(what, () => open && place(open), { capture: true, passive: true });
    }
  }

  if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", run);
  else run();
})();
