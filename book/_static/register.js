/* The register of printed figures: search, choice of verdicts, sorting. Without it the table stands whole. */
(function () {
  "use strict";

  const plain = (text) =>
    text
      .normalize("NFKC")
      .toLowerCase()
      .replace(/\u2212/g, "-")
      .replace(/(\d),(?=\d{3})/g, "$1");

  const element = (tag, properties = {}, ...children) => {
    const made = document.createElement(tag);
    for (const [name, value] of Object.entries(properties)) {
      if (name === "text") made.textContent = value;
      else if (name.startsWith("on")) made.addEventListener(name.slice(2), value);
      else made.setAttribute(name, value);
    }
    made.append(...children);
    return made;
  };

  function setUp(place) {
    const table = document.querySelector("table.register");
    if (!table) return;
    const told = JSON.parse(place.dataset.register);
    const words = told.words;
    const body = table.tBodies[0];
    const heads = [...table.tHead.rows[0].cells];
    const collator = new Intl.Collator(document.documentElement.lang.replace("_", "-") || "en", {
      numeric: true,
    });
    const rows = [...body.rows].map((row, index) => ({
      row,
      index,
      text: plain(row.textContent),
      measure: row.cells[told.columns.findIndex((column) => column.name === "measure")].textContent,
      ...told.rows[index],
    }));
    const sortable = told.columns.filter((column) => column.sort);
    const start = { words: "", verdicts: new Set(), column: sortable[0].name, down: false };
    let state = start;

    const sayCount = say(words, rows.length);
    const search = element("input", {
      type: "search",
      id: "register-search",
      "aria-describedby": "register-hint",
      autocomplete: "off",
      spellcheck: "false",
      oninput: () => change({ words: search.value }),
    });
    const boxes = told.verdicts.map(({ name, word }) => {
      const box = element("input", {
        type: "checkbox",
        value: name,
        onchange: () =>
          change({ verdicts: new Set(boxes.filter((b) => b.checked).map((b) => b.value)) }),
      });
      const count = rows.filter((row) => row.verdict === name).length;
      box.label = element("label", {}, box, ` ${word} `, element("span", { class: "count", text: count }));
      return box;
    });
    const chooser = element("select", {
      id: "register-sort",
      onchange: () => {
        const [column, way] = chooser.value.split(".");
        change({ column, down: way === "descending" });
      },
    });
    for (const { name, head } of sortable) {
      for (const way of ["ascending", "descending"]) {
        const text = words[way].replace("{column}", head);
        chooser.append(element("option", { value: `${name}.${way}`, text }));
      }
    }
    const reset = element("button", {
      type: "button",
      text: words.reset,
      onclick: () => {
        change({ words: "", verdicts: new Set() });
        search.focus();
      },
    });
    place.setAttribute("role", "search");
    place.setAttribute("aria-label", words.region);
    place.append(
      element(
        "div",
        { class: "register-search" },
        element("label", { for: "register-search", text: words.search }),
        search,
        element("span", { class: "hint", id: "register-hint", text: words.hint }),
      ),
      element(
        "fieldset",
        {},
        element("legend", { text: words.verdicts }),
        ...boxes.map((box) => box.label),
      ),
      element(
        "div",
        { class: "register-sort" },
        element("label", { for: "register-sort", text: words.sort }),
        chooser,
      ),
      element("div", { class: "register-result" }, sayCount.line, reset),
    );

    told.columns.forEach(({ name, head, sort }, index) => {
      if (!sort) return;
      const button = element("button", {
        type: "button",
        text: head,
        onclick: () => change({ column: name, down: state.column === name && !state.down }),
      });
      heads[index].replaceChildren(button);
    });

    function compare(one, other) {
      const { column, down } = state;
      const sign = down ? -1 : 1;
      if (column === "measure") {
        return sign * collator.compare(one.measure, other.measure) || one.index - other.index;
      }
      const key = column === "verdict" ? "rank" : column;
      const [a, b] = [one[key] ?? null, other[key] ?? null];
      // What has no number stands last either way.
      if (a === null || b === null) return (a === null) - (b === null) || one.index - other.index;
      return sign * (a - b) || one.index - other.index;
    }

    function linked() {
      return decodeURIComponent(location.hash.slice(1));
    }

    function show() {
      const wanted = plain(state.words).split(/\s+/).filter(Boolean);
      const kept = linked();
      let shown = 0;
      let extra = false;
      for (const entry of rows) {
        const fits =
          (!state.verdicts.size || state.verdicts.has(entry.verdict)) &&
          wanted.every((word) => entry.text.includes(word));
        const pinned = !fits && entry.row.id === kept;
        shown += fits;
        extra ||= pinned;
        entry.row.classList.toggle("left-out", !fits && !pinned);
      }
      rows.sort(compare);
      if (rows.some((entry, position) => body.rows[position] !== entry.row)) {
        body.append(...rows.map((entry) => entry.row));
      }
      told.columns.forEach(({ name, sort }, index) => {
        if (!sort) return;
        if (name !== state.column) heads[index].removeAttribute("aria-sort");
        else heads[index].setAttribute("aria-sort", state.down ? "descending" : "ascending");
      });
      sayCount(shown, extra);
      reset.disabled = !state.words && !state.verdicts.size;
    }

    function change(changes) {
      state = { ...state, ...changes };
      fill();
      show();
      const query = new URLSearchParams();
      if (state.words.trim()) query.set("find", state.words.trim());
      if (state.verdicts.size) query.set("verdict", [...state.verdicts].join(" "));
      if (state.column !== start.column || state.down) {
        query.set("sort", state.column + (state.down ? ".descending" : ""));
      }
      const text = query.toString();
      try {
        history.replaceState(null, "", location.pathname + (text ? `?${text}` : "") + location.hash);
      } catch {
        // Some browsers do not let a page opened from the disk name its state.
      }
    }

    function read() {
      const query = new URLSearchParams(location.search);
      const [column, way] = (query.get("sort") || "").split(".");
      const known = told.verdicts.map(({ name }) => name);
      const chosen = (query.get("verdict") || "").split(" ");
      state = {
        words: query.get("find") || "",
        verdicts: new Set(chosen.filter((name) => known.includes(name))),
        column: sortable.some(({ name }) => name === column) ? column : start.column,
        down: way === "descending",
      };
      fill();
      show();
    }

    function fill() {
      if (search.value !== state.words) search.value = state.words;
      for (const box of boxes) box.checked = state.verdicts.has(box.value);
      chooser.value = `${state.column}.${state.down ? "descending" : "ascending"}`;
    }

    read();
    const reach = () => {
      show();
      const row = document.getElementById(linked());
      if (row && body.contains(row)) row.scrollIntoView({ block: "center" });
    };
    window.addEventListener("hashchange", reach);
    window.addEventListener("popstate", read);
    if (location.hash) reach();
  }

  /* The count, told once typing rests. */
  function say(words, all) {
    const line = element("p", { role: "status", "aria-live": "polite" });
    let waiting;
    const told = (shown, extra) => {
      clearTimeout(waiting);
      const text = (extra ? words.linked : words.count).replace("{shown}", shown).replace("{all}", all);
      waiting = setTimeout(() => (line.textContent = text), line.textContent ? 150 : 0);
    };
    told.line = line;
    return told;
  }

  const run = () => document.querySelectorAll(".register-tools[data-register]").forEach(setUp);
  if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", run);
  else run();
})();
