/* The projection tried out: sliders, charts and a table. explore-model.js computes. */
(function () {
  "use strict";

  const SVG = "http://www.w3.org/2000/svg";
  const REST = 300; // milliseconds after which a change is read out and kept in the address
  const LEFT = 44, RIGHT = 80, TOP = 10, BOTTOM = 24, HEIGHT = 150, LINE = 14;

  function make(tag, properties = {}, ...children) {
    const drawn = ["svg", "path", "line", "text", "circle"].includes(tag);
    const made = drawn ? document.createElementNS(SVG, tag) : document.createElement(tag);
    for (const [name, value] of Object.entries(properties)) {
      if (name === "text") made.textContent = value;
      else if (name.startsWith("on")) made.addEventListener(name.slice(2), value);
      else made.setAttribute(name, value);
    }
    made.append(...children);
    return made;
  }

  function setUp(place, number) {
    const { compute } = window.pensionbookProjection;
    const told = JSON.parse(place.querySelector("script").textContent);
    const { words, sliders, columns } = told;
    const locale = (document.documentElement.lang || "en").replace("_", "-");
    const digits = (value, fewest, most = fewest) =>
      new Intl.NumberFormat(locale, { minimumFractionDigits: fewest, maximumFractionDigits: most })
        .format(value).replace(/^-(?=[0.,]*$)/, "").replace("-", "\u2212");
    const filled = (pattern, fields) => pattern.replace(/\{(\w+)\}/g, (all, name) => fields[name] ?? all);
    const withUnit = (text, unit) => (unit ? filled(words.amount, { number: text, unit }) : text);
    const cell = (value, { scale, decimals }) => digits(value / scale, decimals);
    const amount = (value, column) => withUnit(cell(value, column), column.unit);
    const lever = (value, { percent, decimals, unit }) =>
      percent ? `${digits(100 * value, 0, decimals)}%` : withUnit(digits(value, 0, decimals), unit);

    const starts = Object.fromEntries(sliders.map(({ id }) => [id, told.start[id]]));
    const startRows = compute(starts, told);
    let [values, waiting] = [starts, 0];

    const controls = sliders.map((slider) => {
      const id = `explorer-${number}-${slider.id}`;
      const input = make("input", {
        type: "range", id, min: slider.low, max: slider.high, step: slider.step, autocomplete: "off",
        "data-parameter": slider.id,
        oninput: () => change({ [slider.id]: Number(input.value) }),
      });
      const output = make("output", { for: id, "aria-live": "off" });
      const ends = [slider.low, slider.high].map((end) => make("span", { text: lever(Number(end), slider) }));
      const row = make("div", { class: "explorer-slider" }, make("label", { for: id, text: slider.name }), output,
        input, make("div", { class: "ends", "aria-hidden": "true" }, ...ends));
      return { slider, input, output, row };
    });
    const group = (kind) => make("fieldset", {}, make("legend", { text: words[kind] }),
      ...controls.filter(({ slider }) => slider.kind === kind).map(({ row }) => row));
    const button = (text, more) => make("button", { type: "button", text, ...more });
    const buttons = told.scenarios.map((scenario) =>
      button(scenario.name, { "data-scenario": scenario.id, onclick: () => change(reformed(scenario)) }));
    const reset = button(words.reset, { class: "reset", onclick: () => change(starts) });
    const charts = told.charts.map((id) => {
      const at = columns.findIndex((column) => column.id === id);
      const frame = make("div", { class: "frame" });
      const figure = make("figure", { "data-output": id }, make("figcaption", { text: told.heads[at] }), frame);
      return { column: columns[at], figure, frame };
    });
    const cells = startRows.map(() => columns.map(() => make("td", { class: "number" })));
    const heads = [words.year, ...told.heads].map((text, i) => make("th", { scope: "col", class: i ? "number" : "text", text }));
    const table = make("table", { class: "table pb-table" }, make("caption", { text: words.table }),
      make("thead", {}, make("tr", {}, ...heads)),
      make("tbody", {}, ...cells.map((own, i) => make("tr", {}, make("th", { scope: "row", text: told.years[i] }), ...own))));
    const summary = make("p", { class: "explorer-summary", role: "status", "aria-live": "polite" });
    place.setAttribute("role", "group");
    place.setAttribute("aria-label", words.region);
    place.append(
      make("fieldset", { class: "explorer-buttons" }, make("legend", { text: words.scenarios }), ...buttons, reset),
      make("div", { class: "explorer-levers" }, group("reforms"), group("unknowns")),
      make("div", { class: "explorer-charts" }, ...charts.map(({ figure }) => figure), summary),
      make("div", { class: "pst-scrollable-table-container", tabindex: "0", role: "region", "aria-label": words.table }, table),
    );

    /* The sizes a reform reaches, from the start; what nobody knows stays as it was set. */
    function reformed({ changes }) {
      const found = {};
      for (const { id, kind } of sliders) if (kind === "reforms") found[id] = starts[id];
      for (const { parameter, kind, mid } of changes) {
        const before = found[parameter];
        const after = { set: mid, add: before + mid, scale: before * mid }[kind];
        const { share } = sliders.find(({ id }) => id === parameter);
        found[parameter] = Math.min(Math.max(after, 0), share ? Math.max(1, before) : Infinity);
      }
      return found;
    }

    function change(changes) {
      values = { ...values, ...changes };
      show();
      clearTimeout(waiting);
      waiting = setTimeout(() => { say(); keep(); }, REST);
    }

    function show() {
      const rows = compute(values, told);
      for (const { slider, input, output } of controls) {
        const text = lever(values[slider.id], slider);
        if (Number(input.value) !== values[slider.id]) input.value = values[slider.id];
        input.setAttribute("aria-valuetext", text);
        output.textContent = text;
        output.dataset.value = values[slider.id];
        output.classList.toggle("moved", values[slider.id] !== starts[slider.id]);
      }
      rows.forEach((row, i) => columns.forEach((column, j) => {
        cells[i][j].textContent = cell(row[column.id], column);
        cells[i][j].dataset.value = row[column.id];
        cells[i][j].dataset.output = column.id;
      }));
      for (const { column, frame } of charts) frame.replaceChildren(draw(rows, column, frame.clientWidth || 320));
    }

    function say() {
      const last = compute(values, told).at(-1);
      const fields = Object.fromEntries(columns.map((column) => [column.id, amount(last[column.id], column)]));
      const treasury = columns.find(({ id }) => id === "treasury_yuan");
      const start = amount(startRows.at(-1).treasury_yuan, treasury);
      summary.textContent = filled(words.summary, { ...fields, year: last.year, start });
    }

    /* The address names what was moved, so that it can be sent to somebody. */
    function keep() {
      const moved = Object.entries(values).filter(([id, value]) => value !== starts[id]);
      const hash = moved.map(([id, value]) => `${id}=${value}`).join("&");
      try {
        history.replaceState(null, "", location.pathname + location.search + (hash && `#${hash}`));
      } catch {
        // Some browsers do not let a page opened from the disk name its state.
      }
    }

    function read() {
      const found = {};
      for (const [id, text] of new URLSearchParams(location.hash.slice(1))) {
        const slider = sliders.find((one) => one.id === id);
        const value = /^-?\d+(\.\d+)?(e-?\d+)?$/.test(text) ? Number(text) : NaN;
        if (slider && value >= Number(slider.low) && value <= Number(slider.high)) found[id] = value;
      }
      values = { ...starts, ...found };
      show();
      say();
    }

    function draw(rows, column, width) {
      const now = rows.map((row) => row[column.id] / column.scale);
      const start = startRows.map((row) => row[column.id] / column.scale);
      const marks = ticks(Math.min(...now, ...start), Math.max(...now, ...start));
      const [low, high] = [marks[0], marks.at(-1)];
      const x = (i) => LEFT + (i * (width - LEFT - RIGHT)) / (told.years.length - 1);
      const y = (value) => TOP + ((high - value) * (HEIGHT - TOP - BOTTOM)) / (high - low);
      const path = (points) => points.map((v, i) => `${i ? "L" : "M"}${x(i).toFixed(1)} ${y(v).toFixed(1)}`).join("");
      const text = (px, py, anchor, kind, said) =>
        make("text", { x: px.toFixed(1), y: py.toFixed(1), "text-anchor": anchor, class: kind, text: said });
      const end = told.years.length - 1;
      const decimals = Math.max(...marks.map((mark) => (String(mark).split(".")[1] || "").length));
      const [own, first] = [now[end], start[end]].map((value) => digits(value, column.decimals));
      const middle = (y(now[end]) + y(start[end])) / 2;
      const apart = Math.max(Math.abs(y(now[end]) - y(start[end])), LINE) / 2 * (now[end] < start[end] ? 1 : -1);
      const [here, there] = [own, first].map((text) => withUnit(text, column.unit));
      const name = filled(words.chart, { name: column.name, year: told.years[end], now: here, start: there });
      const picture = make("svg", { viewBox: `0 0 ${width} ${HEIGHT}`, width, height: HEIGHT, role: "img", "aria-label": name });
      for (const mark of marks) {
        const ends = { x1: LEFT, x2: width - RIGHT, y1: y(mark), y2: y(mark) };
        picture.append(make("line", { ...ends, class: mark ? "grid" : "grid zero" }),
          text(LEFT - 6, y(mark) + 4, "end", "tick", digits(mark, decimals)));
      }
      for (const i of [0, Math.floor(end / 2), end]) picture.append(text(x(i), HEIGHT - 6, "middle", "tick", told.years[i]));
      picture.append(make("path", { d: path(start), class: "start" }), make("path", { d: path(now), class: "now" }),
        make("circle", { cx: x(end), cy: y(now[end]), r: 3, class: "now" }));
      const same = own === first;
      if (!same) picture.append(text(x(end) + 8, middle - apart + 4, "start", "start", `${first} ${words.start}`));
      picture.append(text(x(end) + 8, (same ? y(now[end]) : middle + apart) + 4, "start", "now", `${own} ${words.now}`));
      return picture;
    }

    read();
    addEventListener("hashchange", read);
    new ResizeObserver(show).observe(place);
  }

  /* Three to six round numbers that enclose two values. */
  function ticks(low, high) {
    const span = high - low || Math.abs(high) || 1;
    const power = 10 ** Math.floor(Math.log10(span / 3));
    const step = [1, 2, 5, 10].find((digit) => span / (digit * power) <= 4) * power;
    const [first, last] = [Math.floor(low / step), Math.ceil(high / step)];
    return Array.from({ length: Math.max(last - first, 1) + 1 }, (_, i) => Number(((first + i) * step).toPrecision(12)));
  }

  const run = () => document.querySelectorAll(".explorer").forEach(setUp);
  if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", run);
  else run();
})();
