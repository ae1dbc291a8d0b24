"""The overview as a web page of its own: no other file but its pictures, no other host."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from html import escape
from pathlib import Path

from babel import Locale

from pensionbook.editions.batch.measures import CHART, Overview
from pensionbook.editions.batch.records import EARLIER, MISSING
from pensionbook.editions.places import FORMATS, report_file
from pensionbook.language.numbers import semicolons
from pensionbook.report.measure import Measure
from pensionbook.report.tables import MISSING as DASH

_HERE = Path(__file__).parent
_KINDS = {"html": "HTML", "pdf": "PDF", "docx": "Word", "epub": "EPUB"}


def page(
    overview: Overview,
    languages: Sequence[str],
    formats: Sequence[str],
    *,
    up: str,
    charted: bool,
) -> bytes:
    """The page in the overview's language.

    Args:
        up: from the page's folder to that of the batch.
        charted: whether there are the files of :func:`chart_files`.
    """
    report = overview.report
    tr, own = report.tr, report.language
    languages_label = tr("Language")
    title = tr("{title}: all regions", title=report.package.title_in(own))
    sections = [
        _table(overview, formats, up),
        _failed(overview),
        _notes(overview),
        _chart(overview, up) if charted else "",
        _left_out(overview),
    ]
    text = f"""<!DOCTYPE html>
<html lang="{own.replace("_", "-")}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{escape(title)}</title>
<style>
{(_HERE / "overview.css").read_text("utf-8")}</style>
</head>
<body>
<header>
{_switch(own, languages, up, languages_label)}<h1>{escape(title)}</h1>
<p>{escape(_lead(overview))}</p>
</header>
<main>
{"".join(sections)}</main>
<footer>
<p>{_files(overview, up)}</p>
</footer>
<script>
{(_HERE / "overview.js").read_text("utf-8")}</script>
</body>
</html>
"""
    return text.encode()


def chart_files(overview: Overview) -> dict[str, bytes]:
    """The small multiples as ``counted.svg`` and ``.png``; nothing where nothing is to be drawn."""
    if overview.chart.empty:
        return {}
    from pensionbook import charts

    report = overview.report
    figure = charts.small_multiples(
        overview.chart,
        title=_chart_title(overview),
        ylabel=report.unit_label("person"),
        alt=_alt(overview),
        language=report.language,
        foot=report.foot(),
    )
    return {f"{CHART}.svg": charts.svg(figure), f"{CHART}.png": charts.png(figure)}


def _lead(overview: Overview) -> str:
    report = overview.report
    return report.tr(
        "{editions} reports on the parts of {area}, from {start} to {end}. Each number is as "
        "exact as the printed figures allow; where they leave room, both bounds are shown.",
        editions=sum(state != MISSING for state in overview.state.editions.values()),
        area=report.label("areas", report.area),
        start=report.baseline,
        end=report.as_of,
    )


def _switch(own: str, languages: Sequence[str], up: str, label: str) -> str:
    if len(languages) < 2:
        return ""
    links = []
    for code in languages:
        name = Locale.parse(code).get_language_name() or code
        here = ' aria-current="page"' if code == own else ""
        lang = code.replace("_", "-")
        links.append(
            f'<a href="{up}{code}/index.html" hreflang="{lang}" lang="{lang}"{here}>'
            f"{escape(name.capitalize())}</a>"
        )
    return f'<nav aria-label="{escape(label)}">{" ".join(links)}</nav>\n'


def _table(overview: Overview, formats: Sequence[str], up: str) -> str:
    report = overview.report
    tr = report.tr
    sortable = '<th scope="col" data-sortable>{}</th>'
    region, links = tr("Region"), tr("Report")
    cells = sortable.format(escape(region)) + f'<th scope="col">{escape(links)}</th>'
    cells += "".join(sortable.format(escape(column.head)) for column in overview.columns)
    caption = tr("Regions of {area} compared", area=report.label("areas", report.area))
    rows = "\n".join(_row(overview, area, formats, up) for area in overview.state.editions)
    hint = tr("Sort by {head}", head="{head}")
    return f"""<section aria-labelledby="compared">
<div class="scroll" role="region" tabindex="0" aria-labelledby="compared">
<table data-sort-label="{escape(hint)}">
<caption id="compared">{escape(caption)}</caption>
<thead><tr>{cells}</tr></thead>
<tbody>
{rows}
</tbody>
</table>
</div>
</section>
"""


def _row(overview: Overview, area: str, formats: Sequence[str], up: str) -> str:
    name = overview.areas[area]
    cells = [
        f'<th scope="row" data-key="{escape(name)}">{escape(name)}</th>',
        f"<td>{_links(overview, area, formats, up)}</td>",
    ]
    for column in overview.columns:
        measure = column.measures[area]
        text = overview.report.text(measure)
        cells.append(f'<td class="number"{_key(measure)}>{escape(text)}</td>')
    return f'<tr id="{escape(area)}">{"".join(cells)}</tr>'


def _key(measure: Measure) -> str:
    """What a cell is sorted by: the middle of its bounds; what is unknown comes last."""
    if not measure.known:
        return ""
    return f' data-key="{(measure.low + measure.high) / 2!r}"'


def _links(overview: Overview, area: str, formats: Sequence[str], up: str) -> str:
    tr, own = overview.report.tr, overview.report.language
    state = overview.state.editions[area]
    parts = []
    if area in overview.state.failed:
        failed = escape(tr("failed"))
        parts.append(f'<a class="wrong" href="#failed-{escape(area)}">{failed}</a>')
    if state == MISSING:
        return " ".join(parts) or escape(tr("not built"))
    if state == EARLIER:
        parts.append(escape(tr("Earlier report:")))
    for kind in FORMATS:
        if kind in formats:
            path = report_file(Path(area), own, kind).as_posix()
            label = f"{overview.areas[area]}, {_KINDS[kind]}"
            parts.append(
                f'<a href="{escape(up + path)}" aria-label="{escape(label)}">{_KINDS[kind]}</a>'
            )
    return " ".join(parts) or DASH


def _failed(overview: Overview) -> str:
    if not overview.state.failed:
        return ""
    heading = overview.report.tr("Reports that failed")
    items = "\n".join(
        f'<li id="failed-{escape(area)}"><strong>{escape(overview.areas[area])}</strong>: '
        f"{escape(cause)}</li>"
        for area, cause in overview.state.failed.items()
    )
    return f"""<section aria-labelledby="failed">
<h2 id="failed">{escape(heading)}</h2>
<ul>
{items}
</ul>
</section>
"""


def _notes(overview: Overview) -> str:
    report = overview.report
    if not any(column.name.startswith("dependency") for column in overview.columns):
        return ""
    note = report.tr(
        "Dependency ratio: {part} to a hundred of {whole}.",
        part=report.noun("retirees"),
        whole=report.noun(report.counted),
    )
    return f"<p class='note'>{escape(note)}</p>\n"


def _chart_title(overview: Overview) -> str:
    report = overview.report
    return report.tr(
        "{what} by region, {span}",
        what=report.label("indicators", report.counted),
        span=report.span(report.baseline, report.as_of),
    )


def _alt(overview: Overview) -> str:
    """The chart in words: each region with its numbers at all dates."""
    report = overview.report
    told = []
    for _, part in overview.chart.groupby("area", sort=False):
        numbers = ", ".join(f"{row.period} {row.value}" for row in part.itertuples())
        told.append(f"{part['panel_label'].iloc[0]} {numbers}")
    return f"{_chart_title(overview)}: {semicolons(told, report.language)}"


def _chart(overview: Overview, up: str) -> str:
    tr, own = overview.report.tr, overview.report.language
    folder = f"{up}{own}/"
    title, take = escape(_chart_title(overview)), escape(tr("Take it along:"))
    links = " ".join(
        f'<a href="{folder}{CHART}.{kind}" download>{kind.upper()}</a>' for kind in ("svg", "png")
    )
    return f"""<figure>
<img src="{folder}{CHART}.svg" alt="{escape(_alt(overview))}">
<figcaption>{title}. {take} {links}</figcaption>
</figure>
"""


def _left_out(overview: Overview) -> str:
    if not overview.state.left_out:
        return ""
    tr = overview.report.tr
    heading = tr("Regions without a report")
    why = tr("The package does not print the number that the report counts at both dates.")
    items = "\n".join(_left_out_items(overview))
    return f"""<section aria-labelledby="left-out">
<h2 id="left-out">{escape(heading)}</h2>
<p>{escape(why)}</p>
<ul>
{items}
</ul>
</section>
"""


def _left_out_items(overview: Overview) -> Iterator[str]:
    for area, reason in overview.state.left_out.items():
        dates = reason.rpartition(" for ")[2]
        lacks = overview.report.tr("no figure for {dates}", dates=dates)
        yield f"<li>{escape(overview.areas[area])}: {escape(lacks)}</li>"


def _files(overview: Overview, up: str) -> str:
    tr = overview.report.tr
    table, made = tr("The table as CSV"), tr("What it was made from (manifest)")
    return (
        f'<a href="{up}overview.csv" download>{escape(table)}</a> '
        f'<a href="{up}manifest.json">{escape(made)}</a>'
    )
