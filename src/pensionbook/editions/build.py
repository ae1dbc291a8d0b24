"""A build that has something to do: audit, notebooks, pages, formats, and the swap into place."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pensionbook.book.contents import check_contents, reading_order
from pensionbook.book.handed import (
    Notebooks,
    Values,
    check_exhibits,
    check_models,
    data_files,
    exhibits_of,
    models,
    values_of,
    write_values,
)
from pensionbook.book.kept import kept_book, trim
from pensionbook.book.layout import EXTRA, TEMPLATES
from pensionbook.book.stage import compile_book, stage, take
from pensionbook.data.package import Package, without_looks
from pensionbook.data.stated import digests_by_part
from pensionbook.editions import manifest
from pensionbook.editions.imported import code_of
from pensionbook.editions.inputs import PAGE_ROOMS, of_rooms
from pensionbook.editions.places import KEPT_BOOKS, report_file
from pensionbook.editions.plan import Plan
from pensionbook.editions.sources import copy_packages
from pensionbook.editions.workshop import Workshop
from pensionbook.errors import BuildError
from pensionbook.files.cache import Cache
from pensionbook.files.digests import sha256_json
from pensionbook.files.staging import (
    cannot_write,
    check_replaceable,
    staging_folder,
    swap_into_place,
)
from pensionbook.files.temporary import check_temporary_folder
from pensionbook.language.languages import LOCALE, SOURCE_LANGUAGE
from pensionbook.language.messages import translate
from pensionbook.notebooks.results import notebook_text, published
from pensionbook.notebooks.run import Executed, Progress, execute, look_up, plan_runs
from pensionbook.notebooks.source import DATA, check_values
from pensionbook.report.audit import AUDIT_FILE, BOUNDS_FILE

_SHOWN_MESSAGES = 30
_TRANSLATED = "all messages are translated"


@contextmanager
def _at_work(plan: Plan, package: Package) -> Iterator[Path]:
    """A staging folder for a plan that can be built."""
    check_values(plan.values, package.areas, package.periods)
    check_contents(plan.sources.book, [notebook.name for notebook in plan.notebooks])
    with staging_folder(plan.output, manifest.reason_to_keep) as staging:
        try:
            yield staging
        except OSError as error:
            raise BuildError(cannot_write(error.filename or staging, error)) from error


def build(plan: Plan, package: Package, workshop: Workshop, progress: Progress) -> None:
    """Build what was planned, whatever stands in its place.

    Args:
        package: the plan's data package, checked.

    Raises:
        ParameterError: the package has no such area or period.
        NotebookError: a notebook stops.
        BuildError: the book does not compile, the languages do not agree, or the output cannot be
            written.
    """
    with _at_work(plan, package) as staging:
        _Build(plan, package, workshop, progress, staging).run()


def build_alone(
    plan: Plan,
    package: Package,
    versions: Mapping[str, str],
    cache: Cache,
    jobs: int,
    progress: Progress,
) -> None:
    """Build in a workshop that is opened for it and lies in its staging folder.

    Arguments and errors are those of :func:`build` and :class:`Workshop`. Where nothing can be
    kept in the cache it is only read.
    """
    check_temporary_folder()
    with _at_work(plan, package) as staging:
        if reason := cache.reason_against():
            progress.step(f"nothing is kept for the next build: {reason}")
            cache = Cache(staging / "cache", behind=cache)
        with closing(Workshop(plan, staging, cache, versions, jobs)) as workshop:
            _Build(plan, package, workshop, progress, staging).run()


def build_ahead(plan: Plan, package: Package, workshop: Workshop, progress: Progress) -> None:
    """Do what is the same for all areas, so that builds find it in the cache.

    Raises:
        BuildError: a message is not translated.
    """
    with tempfile.TemporaryDirectory() as folder:
        _Build(plan, package, workshop, progress, Path(folder)).prepare()


@dataclass(frozen=True, slots=True)
class _Build:
    """A plan that is carried out in a staging folder."""

    plan: Plan
    package: Package
    workshop: Workshop
    progress: Progress
    staging: Path

    @property
    def new(self) -> Path:
        """The folder that becomes the edition's."""
        return self.staging / "new"

    @property
    def inputs(self) -> dict[str, str]:
        """The plan's inputs that bear on more than the looks of the Word report."""
        return without_looks(self.plan.inputs)

    @property
    def cache(self) -> Cache:
        """What earlier builds kept."""
        return self.workshop.cache

    def prepare(self) -> dict[str, dict[str, Any]]:
        """Check the translations and write the audit; the data of the register come back."""
        self._check_catalogues()
        self.new.mkdir()
        return self._audit()

    def run(self) -> None:
        """Do all steps, then swap."""
        self._check_catalogues()
        self.new.mkdir()
        # The compiler gets ready while the notebooks run.
        self.workshop.compiler()
        self._make()
        self.progress.step("swap into place")
        manifest.even_out(self.new)
        outputs = dict(sorted(manifest.output_digests(self.new).items()))
        written = self.plan.manifest(self.workshop.versions) | {"outputs": outputs}
        manifest.write(written, self.new)
        # Somebody may have laid something there since the build began.
        check_replaceable(self.plan.output, manifest.reason_to_keep)
        swap_into_place(self.new, self.plan.output)
        self.cache.trim()
        trim(self.cache.folder / KEPT_BOOKS)

    def _make(self) -> None:
        """Audit, notebooks, pages and formats, in the folder ``new``."""
        languages = self.plan.languages
        registers, executed = self._compute()
        by_language = {
            language: {book.name: executed[language, book.name] for book in self.plan.notebooks}
            for language in languages
        }
        values = {
            language: self._values(notebooks, self.new / "notebooks" / language)
            for language, notebooks in by_language.items()
        }
        write_values(values, self.new / "values.json")
        copy_packages(self.package, self.new / DATA)
        check_exhibits({lang: exhibits_of(books) for lang, books in by_language.items()})
        check_models({language: models(books) for language, books in by_language.items()})
        revisions = self._revisions()
        self.progress.step("book")

        def publish(language: str) -> None:
            notebooks = by_language[language]
            register = registers[language] | {
                "languages": list(languages),
                "revisions": revisions.get(language),
            }
            pages = data_files(notebooks, register, values[language], self.cache, self._upstream())
            self._publish(language, notebooks, pages)

        with ThreadPoolExecutor(min(self.workshop.jobs, len(languages))) as threads:
            list(threads.map(publish, languages))

    def _revisions(self) -> dict[str, dict[str, Any]]:
        """What moved since an earlier release, by language; nothing where none is named."""
        if not self.plan.since:
            return {}
        from pensionbook.editions.releases.inbook import revisions

        content = self.plan.manifest(self.workshop.versions)
        return revisions(self.plan.since, self.new, self.package, content, self.plan.languages)

    def _check_catalogues(self) -> None:
        """Check that what the program and the notebooks say is translated."""
        from pensionbook.language.catalogues import problems

        own = {n: d for n, d in self.inputs.items() if n.startswith(("pensionbook/", "notebooks/"))}
        key = sha256_json(["messages", own, list(self.plan.languages)])
        if self.cache.load(key) == _TRANSLATED:
            return
        folder = self.plan.notebooks[0].path.parent
        wrong = [
            f"  {line}"
            for language in self.plan.languages
            for line in problems(language, folder, stale=False)
        ]
        if wrong:
            listing = "\n".join(wrong[:_SHOWN_MESSAGES])
            raise BuildError(
                f"{len(wrong)} messages wait for a translation:\n{listing}\n"
                "run `make messages` and write it into these catalogues of "
                "src/pensionbook/language, or build the language they are written in alone: "
                f"--language {SOURCE_LANGUAGE}"
            )
        self.cache.store(key, _TRANSLATED)

    def _compute(self) -> tuple[dict[str, dict[str, Any]], Executed]:
        """The data of the register and the executed notebooks, by language."""
        code = {notebook.name: code_of(notebook, self.inputs) for notebook in self.plan.notebooks}
        always, parts = digests_by_part(self.package)
        runs = [
            run
            for language in self.plan.languages
            for run in plan_runs(
                self.plan.notebooks,
                self.package.name,
                self.plan.values | {"language": language},
                self.plan.own_values | {"language": language},
                code,
                always,
                parts,
                self.workshop.versions,
            )
        ]
        waiting, executed = look_up(runs, self.cache)
        # The notebooks' processes get ready while the figures are audited.
        pool = self.workshop.pool(len(waiting)) if waiting else None
        self.progress.step("audit of the printed figures")
        registers = self._audit()
        self.progress.step("notebooks")
        for place in executed:
            self.progress.finished(*place, kept=True)
        if pool:
            executed |= execute(
                waiting,
                pool,
                package=self.package.path,
                edition=self.package.name,
                work=self.staging / "work",
                cache=self.cache,
                progress=self.progress,
                hidden=[str(self.workshop.folder)],
            )
        return registers, executed

    def _audit(self) -> dict[str, dict[str, Any]]:
        """Write the audit's files; the data of the register's page come back, by language."""
        names = (AUDIT_FILE, BOUNDS_FILE)
        languages = self.plan.languages
        read = of_rooms(self.inputs, PAGE_ROOMS) | without_looks(self.package.sha256)
        key = sha256_json(["audit", read, self.workshop.versions, list(languages)])
        kept = self.cache.load(key)
        if kept is None:
            from pensionbook.book.register import register_data
            from pensionbook.data.load import load_evidence
            from pensionbook.engine.kept import reconciled
            from pensionbook.report.audit import write_audit

            result = write_audit(self.package, self.new, keep_in=self.workshop.kept)
            texts = {name: (self.new / name).read_bytes().decode() for name in names}
            registers = {lang: register_data(result, lang) for lang in languages}
            for name in self.package.evidence:
                other = reconciled(load_evidence(self.package, name), self.workshop.kept)
                for lang in languages:
                    cited = {"title": other.package.title_in(lang)}
                    cited["figures"] = register_data(other, lang)["figures"]
                    registers[lang].setdefault("evidence", {})[name] = cited
            kept = {"files": texts, "registers": registers}
            self.cache.store(key, kept)
        for name in names:
            (self.new / name).write_text(kept["files"][name], encoding="utf-8", newline="")
        return kept["registers"]

    def _values(self, notebooks: Notebooks, folder: Path) -> Values:
        """Write the executed notebooks; the values they published come back."""
        folder.mkdir(parents=True)
        values: Values = []
        owners: dict[str, str] = {}
        for name, content in notebooks.items():
            text = notebook_text(published(content))
            (folder / f"{name}.ipynb").write_text(text, encoding="utf-8")
            for value in values_of(name, content):
                owner = owners.setdefault(value["id"], name)
                if owner != name:
                    raise BuildError(
                        f"value {value['id']!r} is named in {owner} and again in {name}; "
                        "choose another id in one of them"
                    )
                values.append(value)
        return values

    def _publish(self, language: str, notebooks: Notebooks, pages: Mapping[str, bytes]) -> None:
        """Compile the pages of one language and write the report in all formats."""
        plan, new = self.plan, self.new
        folder = self.staging / f"book-{language}"
        folder.mkdir()
        title = self.package.title_in(language, str(plan.values.get("area", "")))
        settings: dict[str, Any] = {
            "language": language,
            "locale_dirs": [LOCALE],
            "gettext_compact": False,
            "gettext_location": False,
            "html_extra_path": [EXTRA] if any(f.startswith(EXTRA) for f in pages) else [],
        }
        settings["numfig_format"] = {
            "figure": translate("Figure %s", language),
            "table": translate("Table %s", language),
        }
        settings |= _interface(language)
        changes = {
            "title": title or self.package.name,
            "copyright": translate(
                "The pensionbook project; text and data under CC BY 4.0", language
            ),
            "execute": {"execute_notebooks": "off"},
            "sphinx": {"config": settings},
        }
        stage(plan.sources.book, notebooks, pages, plan.sources.config, changes, folder)
        (new / language).mkdir()
        compiler = self.workshop.compiler()
        if TEMPLATES in plan.formats:
            written = compile_book(folder, [TEMPLATES], compiler)
            take(written[TEMPLATES], new / language / TEMPLATES)
            return
        name = sha256_json([self.package.name, plan.values])[:16] + f"-{language}"
        with kept_book(folder, self.cache.folder / KEPT_BOOKS, name, self._upstream()) as kept:
            compiled = compile_book(kept, ["html"], compiler)["html"]
            # The formats read the pages where nothing else writes.
            pages_folder = take(compiled, folder.with_name(f"pages-{language}"))
        self._print(pages_folder, language, title)
        if "html" in plan.formats:
            pages_folder.rename(report_file(new, language, "html").parent)

    def _upstream(self) -> str:
        """Digest of what the library and the installed versions do to pages."""
        return sha256_json([of_rooms(self.inputs, PAGE_ROOMS), self.workshop.versions])

    def _print(self, pages_folder: Path, language: str, title: str) -> None:
        """Write the formats that are made from the web pages."""
        wanted = [kind for kind in self.plan.formats if kind != "html"]
        if not wanted:
            return
        from pensionbook.printing import write as formats

        document = formats.gather(pages_folder, reading_order(self.plan.sources.book), language)
        name = self.package.name
        released = self.package.created
        imprint = formats.Imprint.for_edition(title or name, language, name, released)
        targets = {kind: report_file(self.new, language, kind) for kind in wanted}
        own = self.package.word.get(language)
        reference = self.package.path / own if own else None
        formats.write_all(document, targets, imprint, self.cache, reference)


def _interface(language: str) -> dict[str, Any]:
    """What the theme and the notebooks' code cells say to the reader."""
    return {
        "nb_code_prompt_show": translate("Show the code", language),
        "nb_code_prompt_hide": translate("Hide the code", language),
        "html_theme_options": {"search_bar_text": translate("Search the report", language)},
    }
