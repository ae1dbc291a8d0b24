/* Small things that every page needs. */
(function () {
  "use strict";

  // From the disk a browser reads no pages for the search's extracts; the titles stand without them.
  if (location.protocol === "file:" && typeof DOCUMENTATION_OPTIONS !== "undefined") {
    DOCUMENTATION_OPTIONS.SHOW_SEARCH_SUMMARY = false;
  }

  // What can be scrolled sideways can be reached by keyboard.
  function reach() {
    for (const part of document.querySelectorAll(".bd-article :is(div.math, .cell_output, .output, pre)")) {
      if (part.scrollWidth > part.clientWidth) part.setAttribute("tabindex", "0");
      else part.removeAttribute("tabindex");
    }
  }

  addEventListener("load", reach);
  addEventListener("resize", reach);
})();
