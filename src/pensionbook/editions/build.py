"""A build that has something to do: audit, notebooks, pages, formats, and the swap into place."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pensionbook.book.compile import Compiler, open_compiler
from pensionbook.book.contents import reading_order
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
from pensionbook.data.package import Package
from pensionbook.data.stated import digests_by_part
from pensionbook.editions import manifest
from pensionbook.editions.imported import code_of
from pensionbook.editions.inputs import ENGINE_ROOMS, PAGE_ROOMS, of_rooms
from pensionbook.editions.places import KEPT_BOOKS, report_file
from pensionbook.editions.sources import copy_packages
from pensionbook.errors import BuildError
from pensionbook.files.cache import Cache
from pensionbook.files.digests import sha256_json
from pensionbook.files.staging import swap_into_place
from pensionbook.language.languages import LOCALE, SOURCE_LANGUAGE
from pensionbook.language.messages import translate
from pensionbook.notebooks.pool import Pool, clean_environment
from pensionbook.notebooks.results import notebook_text, published
from pensionbook.notebooks.run import Executed, Progress, Run, execute, look_up, plan_runs, pool_for
from pensionbook.notebooks.source import DATA, SourceNotebook, Value
from pensionbook.report.audit import AUDIT_FILE, BOUNDS_FILE

if TYPE_CHECKING:
    from pensionbook.editions.workshop import Workshop

_SHOWN_MESSAGES = 30
_TRANSLATED = "all messages are translated"


@dataclass(frozen=True, slots=True)
class Job:
    """What is to be built from what.

    Attributes:
        values: of the notebooks' parameters but the language.
        own_values: those that the package states, for notebooks that are about all of it.
        inputs: sha256 of each file by its name.
        workshop: processes that outlive this build; without one the build has its own.
        since: release that the page of revisions compares with.
    """

    package: Package
    notebooks: list[SourceNotebook]
    book: Path
    config: Path
    values: dict[str, Value]
    own_values: dict[str, Value]
    languages: Sequence[str]
    formats: Sequence[str]
    inputs: dict[str, str]
    versions: dict[str, str]
    progress: Progress
    workshop: Workshop | None = None
    since: Path | None = None

    def run(self, staging: Path, output: Path, cache: Cache, jobs: int) -> None:
        """Do all steps in the staging folder, then swap.

        Raises:
            NotebookError: a notebook stops.
            BuildError: the book does not compile, or the languages do not agree.
        """
        self._check_catalogues(cache)
        new, work = staging / "new", staging / "work"
        new.mkdir()
        work.mkdir()
        # The compiler gets ready while the notebooks run.
        with self._compiler(work, cache) as compiler:
            self._make(staging, new, work, cache, jobs, compiler)
        self.progress.step("swap into place")
        chosen = {"languages": list(self.languages), "formats": list(self.formats)}
        written = manifest.compose(
            self.package.name, self.values, chosen, self.inputs, self.versions, new
        )
        manifest.write(written, new)
        swap_into_place(new, output)
        cache.trim()
        trim(cache.folder / KEPT_BOOKS)

    def ahead(self, cache: Cache) -> None:
        """Do what is the same for all areas, so that builds find it in the cache.

        Raises:
            BuildError: a message is not translated.
        """
        self._check_catalogues(cache)
        with tempfile.TemporaryDirectory() as folder:
            self._audit(Path(folder), cache, self._audit_key())

    def _audit_key(self) -> str:
        read = of_rooms(self.inputs, PAGE_ROOMS) | self.package.sha256
        return sha256_json(["audit", read, self.versions, list(self.languages)])

    def _compiler(self, work: Path, cache: Cache) -> AbstractContextManager[Compiler]:
        if self.workshop:
            return nullcontext(self.workshop.compiler())
        return open_compiler(clean_environment(work, cache.folder))

    def _pool(
        self, waiting: Sequence[Run], work: Path, cache: Cache, jobs: int
    ) -> AbstractContextManager[Pool | None]:
        if self.workshop:
            return nullcontext(self.workshop.pool() if waiting else None)
        return pool_for(waiting, work, cache, jobs, self._reconciled(cache))

    def _make(
        self, staging: Path, new: Path, work: Path, cache: Cache, jobs: int, compiler: Compiler
    ) -> None:
        """Audit, notebooks, pages and formats, in the folder ``new``."""
        registers, executed = self._compute(new, work, cache, jobs)
        by_language = {
            language: {book.name: executed[language, book.name] for book in self.notebooks}
            for language in self.languages
        }
        values = {
            language: self._values(notebooks, new / "notebooks" / language)
            for language, notebooks in by_language.items()
        }
        write_values(values, new / "values.json")
        copy_packages(self.package.path, self.package.sha256, self.package.name, new / DATA)
        check_exhibits({lang: exhibits_of(books) for lang, books in by_language.items()})
        check_models({language: models(books) for language, books in by_language.items()})
        revisions = self._revisions(new)
        self.progress.step("book")

        def publish(language: str) -> None:
            register = registers[language] | {
                "languages": list(self.languages),
                "revisions": revisions.get(language),
            }
            pages = data_files(
                by_language[language], register, values[language], cache, self._upstream()
            )
            folder = staging / f"book-{language}"
            folder.mkdir()
            self._compile(by_language[language], pages, language, folder, new, compiler, cache)

        with ThreadPoolExecutor(max_workers=min(jobs, len(self.languages))) as threads:
            list(threads.map(publish, self.languages))

    def _revisions(self, new: Path) -> dict[str, dict[str, Any]]:
        """What moved since an earlier release, by language; nothing where none is named."""
        if not self.since:
            return {}
        from pensionbook.editions.releases.inbook import revisions

        content = {
            "edition": self.package.name,
            "parameters": self.values,
            "inputs": self.inputs,
            "versions": self.versions,
        }
        return revisions(self.since, new, self.package, content, self.languages)

    def _check_catalogues(self, cache: Cache) -> None:
        """Check that what the program and the notebooks say is translated."""
        from pensionbook.language.catalogues import problems

        own = {n: d for n, d in self.inputs.items() if n.startswith(("pensionbook/", "notebooks/"))}
        key = sha256_json(["messages", own, list(self.languages)])
        if cache.load(key) == _TRANSLATED:
            return
        folder = self.notebooks[0].path.parent
        wrong = [
            f"  {line}"
            for language in self.languages
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
        cache.store(key, _TRANSLATED)

    def _compute(
        self, new: Path, work: Path, cache: Cache, jobs: int
    ) -> tuple[dict[str, dict[str, Any]], Executed]:
        """The data of the register and the executed notebooks, by language."""
        code = {notebook.name: code_of(notebook, self.inputs) for notebook in self.notebooks}
        always, parts = digests_by_part(self.package)
        runs = [
            run
            for language in self.languages
            for run in plan_runs(
                self.notebooks,
                self.package.name,
                self.values | {"language": language},
                self.own_values | {"language": language},
                code,
                always,
                parts,
                self.versions,
            )
        ]
        waiting, executed = look_up(runs, cache)
        # The notebooks' processes get ready while the figures are audited.
        with self._pool(waiting, work, cache, jobs) as pool:
            self.progress.step("audit of the printed figures")
            registers = self._audit(new, cache, self._audit_key())
            self.progress.step("notebooks")
            for place in executed:
                self.progress.finished(*place, kept=True)
            if pool:
                executed |= execute(
                    waiting,
                    pool,
                    package=self.package.path,
                    edition=self.package.name,
                    work=work,
                    cache=cache,
                    progress=self.progress,
                    hidden=[str(self.workshop.folder)] if self.workshop else [],
                )
        return registers, executed

    def _audit(self, new: Path, cache: Cache, key: str) -> dict[str, dict[str, Any]]:
        """Write the audit's files; the data of the register's page come back, by language."""
        names = (AUDIT_FILE, BOUNDS_FILE)
        kept = cache.load(key)
        if kept is None:
            from pensionbook.book.register import register_data
            from pensionbook.data.load import load_evidence
            from pensionbook.engine.kept import reconciled
            from pensionbook.report.audit import write_audit

            result = write_audit(self.package, new, keep_in=self._reconciled(cache))
            texts = {name: (new / name).read_bytes().decode() for name in names}
            registers = {lang: register_data(result, lang) for lang in self.languages}
            for name in self.package.evidence:
                other = reconciled(load_evidence(self.package, name), self._reconciled(cache))
                for lang in self.languages:
                    cited = {"title": other.package.title_in(lang)}
                    cited["figures"] = register_data(other, lang)["figures"]
                    registers[lang].setdefault("evidence", {})[name] = cited
            kept = {"files": texts, "registers": registers}
            cache.store(key, kept)
        for name in names:
            (new / name).write_text(kept["files"][name], encoding="utf-8", newline="")
        return kept["registers"]

    def _reconciled(self, cache: Cache) -> Path:
        return reconciled_folder(self.inputs, self.versions, cache)

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

    def _compile(
        self,
        notebooks: Notebooks,
        pages: Mapping[str, bytes],
        language: str,
        folder: Path,
        new: Path,
        compiler: Compiler,
        cache: Cache,
    ) -> None:
        """Compile the pages of one language and write the report in all formats."""
        title = self.package.title_in(language, str(self.values.get("area", "")))
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
        stage(self.book, notebooks, pages, self.config, changes, folder)
        (new / language).mkdir()
        if TEMPLATES in self.formats:
            written = compile_book(folder, [TEMPLATES], compiler)
            take(written[TEMPLATES], new / language / TEMPLATES)
            return
        name = sha256_json([self.package.name, self.values])[:16] + f"-{language}"
        with kept_book(folder, cache.folder / KEPT_BOOKS, name, self._upstream()) as kept:
            compiled = compile_book(kept, ["html"], compiler)["html"]
            # The formats read the pages where nothing else writes.
            pages_folder = take(compiled, folder.with_name(f"pages-{language}"))
        self._print(pages_folder, language, title, new, cache)
        if "html" in self.formats:
            pages_folder.rename(report_file(new, language, "html").parent)

    def _upstream(self) -> str:
        """Digest of what the library and the installed versions do to pages."""
        return sha256_json([of_rooms(self.inputs, PAGE_ROOMS), self.versions])

    def _print(
        self, pages_folder: Path, language: str, title: str, new: Path, cache: Cache
    ) -> None:
        """Write the formats that are made from the web pages."""
        wanted = [kind for kind in self.formats if kind != "html"]
        if not wanted:
            return
        from pensionbook.printing import write as formats

        document = formats.gather(pages_folder, reading_order(self.book), language)
        name = self.package.name
        released = self.package.created
        imprint = formats.Imprint.for_edition(title or name, language, name, released)
        targets = {kind: report_file(new, language, kind) for kind in wanted}
        formats.write_all(document, targets, imprint, cache)


def reconciled_folder(inputs: Mapping[str, str], versions: Mapping[str, str], cache: Cache) -> Path:
    """Where a library's reconciliations are kept."""
    own = of_rooms(inputs, ENGINE_ROOMS)
    return cache.folder / "reconciled" / sha256_json([own, dict(versions)])[:16]


def _interface(language: str) -> dict[str, Any]:
    """What the theme and the notebooks' code cells say to the reader."""
    return {
        "nb_code_prompt_show": translate("Show the code", language),
        "nb_code_prompt_hide": translate("Hide the code", language),
        "html_theme_options": {"search_bar_text": translate("Search the report", language)},
    }
