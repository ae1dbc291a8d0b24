/* Small things that every page needs. */
(function () {
  "use strict";

  // Characters of a cell that cannot stand in a narrow column.
  const LONG = 60;

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

  // Wide tables of texts become cards on a narrow screen. A browser takes cards for no table; the
  // roles keep it one to a screen reader.
  const isLong = (cell) => cell.textContent.length > LONG;

  function makeCards() {
    for (const table of document.querySelectorAll(".bd-article table")) {
      const told = table.matches(".register, .cited, .troubled, .values");
      if (!table.tHead || !(told || [...table.querySelectorAll("td")].some(isLong))) continue;
      const heads = [...table.tHead.rows[0].cells].map((cell) => cell.textContent.trim());
      table.classList.add("cards");
      table.setAttribute("role", "table");
      for (const part of [table.tHead, ...table.tBodies]) part.setAttribute("role", "rowgroup");
      for (const row of table.rows) {
        row.setAttribute("role", "row");
        [...row.cells].forEach((cell, index) => {
          cell.setAttribute("role", cell.tagName === "TH" ? "columnheader" : "cell");
          if (cell.tagName === "TD") cell.dataset.label = heads[index];
          cell.classList.toggle("blank", !cell.textContent.trim() && !cell.querySelector("img"));
        });
      }
    }
  }

  if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", makeCards);
  else makeCards();
  addEventListener("load", reach);
  addEventListener("resize", reach);
})();
