"""The page that computes a projection again in the reader's browser, and its table on paper.

A notebook hands the model over with ``report.hand_over``. ``_static/explore.js`` computes what
:mod:`pensionbook.projection` computes; a test holds the two together.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction
from typing import Any, NamedTuple

from babel.numbers import format_decimal
from docutils import nodes
from sphinx.util.docutils import SphinxDirective

from pensionbook.book.data import book_data
from pensionbook.book.tables import make_table
from pensionbook.language.messages import mark, translate


class Size(NamedTuple):
    """How amounts of a base unit are written: divided by ``scale``, with so many decimals."""

    scale: int
    unit: str
    decimals: int


# The columns of the tables; a model's outputs by their names.
COLUMNS = {
    "contributors_persons": mark("Contributors"),
    "dependency_ratio": mark("Retirees to a contributor"),
    "revenue_yuan": mark("Contributions collected"),
    "spending_yuan": mark("Pension payments"),
    "treasury_yuan": mark("What the treasury pays"),
}
CHARTS = ("contributors_persons", "dependency_ratio", "treasury_yuan")
# Large amounts are counted in other steps in Chinese; other languages use those of English.
_SIZES = {
    "en": {
        "person": Size(10**6, "million persons", 3),
        "one": Size(1, "", 2),
        "yuan": Size(10**9, "billion yuan", 2),
    },
    "zh_CN": {
        "person": Size(10**4, "万人", 1),
        "one": Size(1, "", 2),
        "yuan": Size(10**8, "亿元", 1),
    },
}
# A reform reaches its size in equal steps: years after the base year.
_FIRST, _LAST = 2, 4
# Ends and step of each lever; where a parameter starts, its range says.
REFORMS = {
    "paying_interrupted": ("0", "1", "0.01"),
    "paying_older": ("0", "1", "0.01"),
    "covered_private_individual": ("0", "1", "0.01"),
    "covered_foreign": ("0", "1", "0.01"),
    "covered_migrants": ("0", "1", "0.01"),
    "bonus_share": ("0", "0.1", "0.005"),
    "surcharge": ("0", "100", "5"),
    "late_recovered": ("0", "1", "0.01"),
}
UNKNOWNS = (
    "dependency_start",
    "growth_retirees",
    "average_pension",
    "growth_pension",
    "base_ratio",
    "collection",
    "growth_wage",
    "growth_public",
)
# Names that the model puts together from an indicator and a group read badly beside a lever.
_NAMES = {
    "covered_private_individual": mark("Private and self-employed staff who are covered"),
    "covered_foreign": mark("Staff of foreign firms who are covered"),
    "growth_public": mark("Growth of public employment, a year"),
}
_PLAIN = ("dependency_start",)
# The name beside the lever says the rest.
_SHORT = {"yuan_per_person_month": "yuan"}
# What is in braces the script fills in.
_WORDS = {
    "region": mark("The projection with your own settings"),
    "scenarios": mark("Set the reforms as in the chapter, at the middle of each range"),
    "reforms": mark("Reforms, in equal steps from {first} to {last}"),
    "unknowns": mark("What nobody knows, between the ends assumed"),
    "reset": mark("Back to the start"),
    "table": mark("The projection with these settings"),
    "year": mark("Year"),
    "now": mark("now"),
    "start": mark("start"),
    "amount": mark("{number} {unit}"),
    "chart": mark("{name}: in {year} {now}, at the starting values {start}"),
    "summary": mark(
        "In {year}: {contributors_persons} pay in, {dependency_ratio} retirees to a contributor, "
        "and the treasury pays {treasury_yuan}; at the starting values {start}."
    ),
}
_FEWEST_STEPS, _STEPS = 30, 100


class ExplorerDirective(SphinxDirective):
    """A model's levers and charts for the web, and for all formats its table at the start."""

    required_arguments = 1

    def run(self) -> list[nodes.Node]:
        """The place for the script and the table, or a sentence where there is no such model."""
        data = book_data(self.env.app)
        language = data["language"]
        model = data["models"].get(self.arguments[0])
        if model is None:
            text = translate("The package of this edition has no projection to try out.", language)
            return [nodes.paragraph("", text, classes=["missing", "generated"])]
        html = mount(page_data(model, language, data["units"]))
        caption = translate("The projection with every parameter at its starting value", language)
        return [
            nodes.raw("", html, format="html"),
            nodes.rubric("", caption, translatable=False, classes=["generated"]),
            _starting_table(model, language),
        ]


def mount(told: Mapping[str, Any]) -> str:
    """The place where the script builds levers and charts, with all that it has to know."""
    # Within a script nothing may look like its end.
    script = json.dumps(told, ensure_ascii=False).replace("<", "\\u003c")
    return (
        f'<div class="explorer web-only"><script type="application/json">{script}</script></div>\n'
    )


def page_data(model: Mapping[str, Any], language: str, units: Mapping[str, str]) -> dict[str, Any]:
    """All that the script has to know, in a language.

    Args:
        model: as :func:`pensionbook.projection.model_json` gives it.
        units: names of units by id.
    """
    parameters = {one["id"]: one for one in model["parameters"]}
    words = {name: translate(word, language) for name, word in _WORDS.items()}
    first, last = (model["base_year"] + n for n in (_FIRST, _LAST))
    words["reforms"] = words["reforms"].format(first=first, last=last)
    sliders = [
        _slider(parameters[name], kind, ends, language, units)
        for kind, name, ends in _levers(parameters)
    ]
    known = {slider["id"] for slider in sliders}
    return {
        "words": words,
        "years": model["years"],
        "elapsed": model["elapsed"],
        "non_public": model["non_public"],
        "reached": _reached(model),
        "start": {name: one["start"] for name, one in parameters.items()},
        "sliders": sliders,
        "scenarios": list(_scenarios(model, known, language)),
        "columns": [
            {"id": name, "name": translate(name_en, language), **_size(model, name, language)}
            for name, name_en in COLUMNS.items()
        ],
        "heads": [_head(model, name, language) for name in COLUMNS],
        "charts": list(CHARTS),
    }


def _levers(
    parameters: Mapping[str, Mapping[str, Any]],
) -> Iterator[tuple[str, str, tuple[str, str, str]]]:
    for name, ends in REFORMS.items():
        if name in parameters:
            yield "reforms", name, ends
    for name in UNKNOWNS:
        if name in parameters and parameters[name]["low"] < parameters[name]["high"]:
            low, high = (Fraction(str(parameters[name][end])) for end in ("low", "high"))
            yield "unknowns", name, (_plain(low), _plain(high), _plain(step_between(low, high)))


def step_between(low: Fraction, high: Fraction) -> Fraction:
    """The largest round step that both ends are multiples of; a hundredth where there is none.

    >>> step_between(Fraction("0.38"), Fraction(1)), step_between(Fraction("0.1"), Fraction("0.17"))
    (Fraction(1, 50), Fraction(1, 500))
    """
    for power in range(2, -5, -1):
        for digit in (5, 2, 1):
            step = digit * Fraction(10) ** power
            round_ends = not low % step and not high % step
            if round_ends and (high - low) / step >= _FEWEST_STEPS:
                return step
    return (high - low) / _STEPS


def _plain(value: Fraction) -> str:
    return f"{float(value):.12f}".rstrip("0").rstrip(".")


def _slider(
    one: Mapping[str, Any],
    kind: str,
    ends: tuple[str, str, str],
    language: str,
    units: Mapping[str, str],
) -> dict[str, Any]:
    name = one["id"]
    own = one["name_zh"] if language.startswith("zh") else one["name_en"]
    unit = _SHORT.get(one["unit"], one["unit"])
    percent = unit == "one" and name not in _PLAIN
    return {
        "id": name,
        "kind": kind,
        "name": translate(_NAMES[name], language) if name in _NAMES else own,
        "low": ends[0],
        "high": ends[1],
        "step": ends[2],
        "percent": percent,
        "decimals": 1 if percent or unit != "one" else 2,
        "unit": "" if unit == "one" else units.get(unit, unit),
        "share": name in REFORMS and unit == "one",
    }


def _scenarios(
    model: Mapping[str, Any], known: set[str], language: str
) -> Iterator[dict[str, Any]]:
    """Each reform whose changes all have a lever, with those of the ones it includes before."""
    by_id = {scenario["id"]: scenario for scenario in model["scenarios"]}
    for scenario in model["scenarios"]:
        parts = [*(by_id[other] for other in scenario["includes"]), scenario]
        changes = [change for part in parts for change in part["changes"]]
        if all(change["parameter"] in known for change in changes):
            name = scenario["name_zh" if language.startswith("zh") else "name_en"]
            kept = [{key: c[key] for key in ("parameter", "kind", "mid")} for c in changes]
            yield {"id": scenario["id"], "name": name, "changes": kept}


def _reached(model: Mapping[str, Any]) -> list[float]:
    """Share of a reform that is there at the end of each year, from the base year on."""
    base = model["base_year"]
    span = _LAST - _FIRST + 1
    return [
        min(max((year - base - _FIRST + 1) / span, 0.0), 1.0) for year in (base, *model["years"])
    ]


def _size(model: Mapping[str, Any], output: str, language: str) -> dict[str, Any]:
    sizes = _SIZES.get(language, _SIZES["en"])
    return sizes[model["outputs"][output]]._asdict()


def _head(model: Mapping[str, Any], output: str, language: str) -> str:
    name, unit = translate(COLUMNS[output], language), _size(model, output, language)["unit"]
    return translate("{name} ({unit})", language, name=name, unit=unit) if unit else name


def _starting_table(model: Mapping[str, Any], language: str) -> nodes.table:
    heads = [translate("Year", language), *(_head(model, name, language) for name in COLUMNS)]
    rows = [
        [str(year), *(number_text(value, _size(model, n, language), language) for n, value in row)]
        for year, row in starting_rows(model)
    ]
    table = make_table(heads, rows, [12, *([88 // len(COLUMNS)] * len(COLUMNS))])
    for entry in table.findall(nodes.entry):
        entry["classes"].append("number" if entry.parent.index(entry) else "text")
    table["classes"] += ["pb-table", "explorer-start", "colwidths-auto", "generated"]
    return table


def number_text(value: float, size: Mapping[str, Any], language: str) -> str:
    """An amount in its column's unit, without the unit."""
    pattern = "#,##0." + "0" * size["decimals"]
    text = format_decimal(value / size["scale"], format=pattern, locale=language)
    return text.replace("-", "\u2212")


def starting_rows(
    model: Mapping[str, Any],
) -> list[tuple[int, Sequence[tuple[str, float]]]]:
    """The model's outputs by year with every parameter where it starts."""
    # It takes a second to import, and most books have no such page.
    from pensionbook.projection import complete, project
    from pensionbook.projection.ranges import Ranges

    ranges = Ranges({}, model["base_year"], Fraction(model["elapsed"]))
    values = complete({one["id"]: one["start"] for one in model["parameters"]}, ranges)
    found = project(values, model["years"])
    return [
        (year, [(name, float(found.at(year, name))) for name in COLUMNS]) for year in found.years
    ]
