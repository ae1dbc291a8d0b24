/* The projection as pensionbook.projection computes it; its docstrings state the formulas. Without a page it only waits. */
(function () {
  "use strict";

  const sum = (numbers) => numbers.reduce((one, other) => one + other, 0);
  const means = (stocks) => stocks.slice(1).map((stock, i) => (stocks[i] + stock) / 2);

  /* The paying shares that meet the contributors of the reporting date. */
  function complete(p, told) {
    const reached = (g) => p[`employed_${g}`] * (1 + p[`growth_${g}`]) ** told.elapsed * p[`covered_${g}`];
    const paying_public = p.contributors_public / reached("public");
    const paying_non_public = p.contributors_non_public / sum(told.non_public.map(reached));
    return { ...p, paying_public, paying_non_public };
  }

  /* All outputs by year. `moved` holds, for each lever that a reform moves, its values from the base year on. */
  function project(p, moved, told) {
    const steps = told.reached.map((_, n) => n);
    const at = (name, n) => (moved[name] ? moved[name][n] : p[name]);
    const grown = (g, n) => p[`employed_${g}`] * (1 + p[`growth_${g}`]) ** n;
    const regular = steps.map((n) =>
      p.covered_public * p.paying_public * grown("public", n) +
      sum(told.non_public.map((g) => grown(g, n) * at(`covered_${g}`, n) * p.paying_non_public)));
    regular[0] = p.contributors_start;
    const older = steps.map((n) => p.interrupted * p.older_share * at("paying_older", n));
    const joined = steps.map((n) => {
      const [again, low] = [at("paying_interrupted", n), at("paying_older", n)];
      const resumed = (1 - p.older_share) * again + p.older_share * Math.max(again, low);
      return p.interrupted * resumed + p.migrants * at("covered_migrants", n);
    });
    const uncovered = steps.map((n) => sum(told.non_public.map((g) => grown(g, n) * (1 - at(`covered_${g}`, n)))));
    const retirees = steps.map((n) => p.dependency_start * p.contributors_start * (1 + p.growth_retirees) ** n);
    const [due, joining, olds, pensioners] =
      [regular.map((stock) => p.base_ratio * stock), joined, older, retirees].map(means);
    let gained = 0;
    return told.years.map((year, i) => {
      const n = i + 1;
      const wage = p.average_wage * (1 + p.growth_wage) ** (n - 1);
      const collected = Math.min(1, p.collection + p.late_share * at("late_recovered", n));
      const revenue = p.combined_rate * wage * collected * (due[i] + p.base_ratio_joining * joining[i]);
      const over = Math.max(0, p.combined_rate - p.self_employed_rate);
      const topup = over * wage * collected * p.base_ratio_joining * olds[i];
      const gain = at("bonus_share", n) * pensioners[i];
      gained += gain;
      const bonus = wage * p.new_retirees_share * (gained - gain / 2);
      const spending = 12 * p.average_pension * (1 + p.growth_pension) ** (n - 1) * pensioners[i] + bonus;
      const surcharge = 12 * at("surcharge", n) * p.surcharge_collected * uncovered[n];
      const contributors = regular[n] + joined[n];
      return {
        year,
        contributors_persons: contributors,
        dependency_ratio: retirees[n] / contributors,
        revenue_yuan: revenue,
        spending_yuan: spending,
        treasury_yuan: Math.max(0, spending - revenue) + topup - surcharge,
      };
    });
  }

  /* Reforms are phased in after the shares are set; a share stays within one unless it began above. */
  function compute(values, told) {
    const before = { ...told.start };
    for (const { id, kind } of told.sliders) if (kind === "unknowns") before[id] = values[id];
    const moved = {};
    for (const { id, kind, share } of told.sliders) {
      if (kind !== "reforms" || values[id] === before[id]) continue;
      const top = share ? Math.max(1, before[id]) : Infinity;
      moved[id] = told.reached.map((part) =>
        Math.min(Math.max(before[id] + part * (values[id] - before[id]), 0), top));
    }
    return project(complete(before, told), moved, told);
  }

  window.pensionbookProjection = { compute };
})();
