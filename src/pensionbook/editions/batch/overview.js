// Sorting is an enhancement: without it the table stands in the order of the package.
for (const table of document.querySelectorAll("table[data-sort-label]")) {
  const body = table.tBodies[0];
  const heads = [...table.tHead.rows[0].cells];
  const collator = new Intl.Collator(document.documentElement.lang);
  for (const [column, head] of heads.entries()) {
    if (!("sortable" in head.dataset)) continue;
    const button = document.createElement("button");
    button.type = "button";
    button.textContent = head.textContent;
    button.title = table.dataset.sortLabel.replace("{head}", head.textContent);
    head.replaceChildren(button);
    button.addEventListener("click", () => {
      // Numbers begin with the largest, names with the first.
      const first = column ? "descending" : "ascending";
      const other = column ? "ascending" : "descending";
      const order = head.getAttribute("aria-sort") === first ? other : first;
      for (const each of heads) each.removeAttribute("aria-sort");
      head.setAttribute("aria-sort", order);
      const sign = order === "ascending" ? 1 : -1;
      const key = (row) => row.cells[column].dataset.key;
      const rows = [...body.rows].sort((one, two) => {
        const [a, b] = [key(one), key(two)];
        if (a === undefined || b === undefined) return (a === undefined) - (b === undefined);
        return sign * (column ? a - b : collator.compare(a, b));
      });
      body.append(...rows);
    });
  }
}
