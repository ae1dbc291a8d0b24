"""The files of a data package as text: found, opened and cut into rows.

A package is untrusted: its paths must stay inside its folder, and whatever cannot be read is
listed as a problem instead of raised.
"""

from __future__ import annotations

import csv
import hashlib
import io
from collections.abc import Hashable
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path, PurePosixPath
from typing import Any

import yaml

from pensionbook.data.counted import Listing
from pensionbook.data.reforms import Scenario
from pensionbook.errors import Problem, listed, nearest, quote

DESCRIPTOR = "datapackage.yaml"
REQUIRED_TABLES = ("figures", "indicators", "groups", "areas", "units", "identities")
OPTIONAL_TABLES = ("measures", "barriers", "parameters", "translations")
TABLES = REQUIRED_TABLES + OPTIONAL_TABLES
# A package may have no figures yet; then only the audit and the build stop.
MAY_BE_WITHOUT_ROWS = ("figures", "identities", *OPTIONAL_TABLES)
# A row whose first cell begins with this is for people and is not read.
COMMENT = "#"
LARGEST_FILE_BYTES = 256 * 1024**2
LARGEST_DESCRIPTOR_BYTES = 1024**2
LONGEST_CELL = 100_000

_DEEPEST = 50
_LARGEST_NUMBER = 10**30
# What the library's constructors raise for a value that does not fit its tag.
_WRONG_VALUE = (ArithmeticError, AttributeError, LookupError, TypeError, ValueError)

_SchemaLoader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class _Loader(yaml.SafeLoader):
    """Plain values only, each key once.

    Aliases are refused, because a few lines of them stand for more text than memory holds; and the
    loader is not the one in C, which deep nesting brings down together with the interpreter.
    """

    _depth = 0

    def compose_node(self, parent: Any, index: Any) -> Any:
        mark = self.peek_event().start_mark  # type: ignore[no-untyped-call]
        if self.check_event(yaml.AliasEvent):
            raise _refusal("an alias, beginning with *", mark)
        if self._depth == _DEEPEST:
            raise _refusal("nested too deeply", mark)
        self._depth += 1
        try:
            return super().compose_node(parent, index)
        finally:
            self._depth -= 1

    def construct_object(self, node: Any, deep: bool = False) -> Any:
        try:
            value = super().construct_object(node, deep)
        except _WRONG_VALUE as error:
            found = quote(node.value) if isinstance(node, yaml.ScalarNode) else "what stands there"
            kind = node.tag.rpartition(":")[2]
            note = "put quotation marks round that value, without a tag"
            raise _refusal(f"{found} is no {kind}", node.start_mark, note) from error
        if isinstance(value, int) and abs(value) > _LARGEST_NUMBER:
            # Longer ones cannot even be shown in decimals.
            raise _refusal("a number of too many digits", node.start_mark, "write a smaller one")
        return value

    def construct_mapping(self, node: Any, deep: bool = False) -> dict[Any, Any]:
        # YAML would keep the last of a doubled key in silence.
        lines: dict[Any, int] = {}
        for key_node, _ in node.value if isinstance(node, yaml.MappingNode) else ():
            key, mark = self.construct_object(key_node, deep=True), key_node.start_mark
            if not isinstance(key, Hashable):
                raise _refusal("a list as a key", mark)
            if key in lines:
                found = f"{quote(str(key))} twice, first in row {lines[key]}"
                raise _refusal(found, mark, "keep one of the two")
            lines[key] = mark.line + 1
        return super().construct_mapping(node, deep)


def _refusal(found: str, mark: Any, note: str | None = None) -> yaml.YAMLError:
    return yaml.constructor.ConstructorError(None, None, found, mark, note)


def yaml_entries(raw: RawPackage, file: str, text: str, mend: str) -> dict[Any, Any] | None:
    """The entries of a file in YAML; None, and a problem noted, where there are none to be had.

    Args:
        mend: what to write where the file is no mapping.
    """

    row: int | None = None
    advice = mend
    found = "no entries of the form 'key: value'"
    try:
        entries = yaml.load(text, Loader=_Loader)
        if isinstance(entries, dict) and entries:
            return entries
    except yaml.reader.ReaderError as error:
        row = text.count("\n", 0, error.position) + 1
        found = f"not valid YAML (holds {quote(text[error.position])}, a control character)"
        advice = "take it away"
    except yaml.MarkedYAMLError as error:
        row = None if error.problem_mark is None else error.problem_mark.line + 1
        found = f"not valid YAML ({error.problem or 'it cannot be read'})"
        advice = error.note or "mend that line; each entry is a key, a colon, a space and a value"
    raw.problems.append(Problem(file, row, None, found, advice))
    return None


@dataclass(slots=True)
class RawTable:
    """A table as text.

    Attributes:
        file: its file, as datapackage.yaml names it.
        columns: the columns of its schema, in order, then those optional ones that it has.
        lines: line of the file at which each row begins, the header being line 1.
        rows: the cells of each row, as many as there are columns.
        unread_ids: first cells of the rows that have too few or too many cells, so that what
            refers to them is not reported as well.
        comments: line and first cell of each row that is a comment; such a row has any number of
            cells and is in none of the other attributes.
    """

    file: str
    columns: tuple[str, ...]
    lines: list[int] = field(default_factory=list)
    rows: list[list[str]] = field(default_factory=list)
    unread_ids: set[str] = field(default_factory=set)
    comments: list[tuple[int, str]] = field(default_factory=list)

    def records(self) -> list[dict[str, str]]:
        """The rows as dictionaries by column."""
        return [dict(zip(self.columns, row, strict=True)) for row in self.rows]


@dataclass(slots=True)
class RawPackage:
    """What could be read of a data package, and what stood in the way.

    ``files`` holds the file of each table, by the table's name, and ``tables`` only those tables
    whose header was right; rows that could not be read are left out. ``word`` holds the file that
    the Word report takes its looks from, by language.
    """

    path: Path
    descriptor: dict[str, Any] = field(default_factory=dict)
    files: dict[str, str] = field(default_factory=dict)
    tables: dict[str, RawTable] = field(default_factory=dict)
    sha256: dict[str, str] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)
    scenarios: dict[str, Scenario] = field(default_factory=dict)
    word: dict[str, str] = field(default_factory=dict)


def schemas_folder() -> Path:
    """Folder of the Table Schemas: inside the installed package, or data/schemas of the tree."""
    inside = Path(__file__).parent / "schemas"
    return inside if inside.is_dir() else Path(__file__).parents[3] / "data" / "schemas"


@cache
def table_schema(name: str) -> dict[str, Any]:
    """The Table Schema of a table, as its YAML says it.

    Raises:
        FileNotFoundError: there is no table of that name, or the schemas are not installed.
    """
    text = (schemas_folder() / f"{name}.yaml").read_text(encoding="utf-8")
    schema: dict[str, Any] = yaml.load(text, Loader=_SchemaLoader)
    return schema


def table_columns(name: str) -> tuple[str, ...]:
    """The columns that a table must have, in the order they have in the file."""
    fields = table_schema(name)["fields"]
    return tuple(column["name"] for column in fields if not column.get("optional"))


def optional_columns(name: str) -> tuple[str, ...]:
    """The columns that a table may have after the others, or leave out altogether."""
    fields = table_schema(name)["fields"]
    return tuple(column["name"] for column in fields if column.get("optional"))


def stays_inside(file: str) -> bool:
    """Whether a path that a descriptor names leads to a place in the package's folder."""
    path = PurePosixPath(file.replace("\\", "/"))
    absolute = path.is_absolute() or (path.parts and ":" in path.parts[0])
    return bool(path.parts) and not absolute and ".." not in path.parts and "\0" not in file


def read_bytes(raw: RawPackage, file: str, largest: int) -> bytes | None:
    """A file of the package, its digest noted; None, and a problem noted, if it cannot be."""

    def problem(found: str, mend: str) -> None:
        raw.problems.append(Problem(file, None, None, found, mend))

    path = raw.path / file
    try:
        if not path.resolve().is_relative_to(raw.path.resolve()):
            problem("a link that leads out of the package", "put the file itself here")
            return None
        if not path.exists():
            problem("there is no such file", f"add it to the folder {str(raw.path)!r}")
            return None
        if not path.is_file():
            problem("not a file", "put a plain text file here")
            return None
        if path.stat().st_size > largest:
            problem(f"larger than {largest // 1024**2} MiB", "split the package in two")
            return None
        content = path.read_bytes()
    except (OSError, RuntimeError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        problem(f"cannot be read ({reason})", "allow reading it")
        return None
    if not content.strip():
        problem("the file is empty", "write its first line and its rows, or copy it again")
        return None
    raw.sha256[file] = hashlib.sha256(content).hexdigest()
    return content


def decode(raw: RawPackage, file: str, content: bytes) -> str | None:
    """Its text; None, and a problem noted, where it is not UTF-8."""

    def problem(row: int | None, found: str, mend: str) -> None:
        raw.problems.append(Problem(file, row, None, found, mend))

    save = "save it as UTF-8"
    # Spreadsheets write one; it means nothing.
    content = content.removeprefix(b"\xef\xbb\xbf")
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        problem(None, "encoded as UTF-16", save)
        return None
    if b"\0" in content:
        row = content[: content.index(b"\0")].count(b"\n") + 1
        found = "holds a NUL byte, which no text file does"
        problem(row, found, f"export the file again; {save}")
        return None
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError as error:
        row = content[: error.start].count(b"\n") + 1
    try:
        content.decode("gb18030")
    except UnicodeDecodeError:
        problem(row, "not encoded as UTF-8", save)
        return None
    problem(row, "not encoded as UTF-8 but, it seems, as GBK", save)
    return None


def read_table(raw: RawPackage, name: str, file: str) -> RawTable | None:
    content = read_bytes(raw, file, LARGEST_FILE_BYTES)
    text = None if content is None else decode(raw, file, content)
    if text is None:
        return None
    table = RawTable(file, table_columns(name))
    previous_limit = csv.field_size_limit(LONGEST_CELL)
    try:
        problems, header_is_right = _read_rows(table, text, optional_columns(name))
    finally:
        csv.field_size_limit(previous_limit)
    if not table.rows and not problems and name not in MAY_BE_WITHOUT_ROWS:
        problems = [Problem(file, None, None, "no rows below the header", "add its rows")]
    raw.problems += problems
    return table if header_is_right else None


def _read_rows(
    table: RawTable, text: str, optional: tuple[str, ...] = ()
) -> tuple[list[Problem], bool]:
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    listing = Listing()
    line = 1
    try:
        header = next(reader)
        table.columns += tuple(c for c in dict.fromkeys(header) if c in optional)
        if tuple(header) != table.columns:
            return [_header_problem(table.file, table.columns, header)], False
        line = reader.line_num + 1
        for row in reader:
            if row and row[0].startswith(COMMENT):
                table.comments.append((line, row[0]))
            elif len(row) != len(header):
                listing.add(_ragged_row(table, line, row))
                table.unread_ids.update(row[:1])
            else:
                table.lines.append(line)
                table.rows.append(row)
                if reader.line_num > line:
                    listing.add(_line_break(table, line, row))
            line = reader.line_num + 1
    except csv.Error as error:
        listing.problems.append(_unreadable_row(table.file, line, str(error)))
    return listing.close(), line > 1


def _header_problem(file: str, columns: tuple[str, ...], header: list[str]) -> Problem:
    def problem(column: str | None, found: str, mend: str) -> Problem:
        return Problem(file, 1, column, found, mend)

    wanted = f"write the header {','.join(columns)}"
    for name, sign in (("semicolons", ";"), ("tabs", "\t"), ("vertical bars", "|")):
        if len(header) == 1 and sign in header[0]:
            return problem(None, f"the cells are separated by {name}", "save it with commas")
    missing = [column for column in columns if column not in header]
    extra = [column for column in header if column not in columns]
    twice = sorted({column for column in header if header.count(column) > 1})
    if extra:
        hint = nearest(extra[0], missing or columns)
        lost = f" and without {listed(missing)}" if missing else ""
        shown = listed(quote(column) for column in extra)
        return problem(extra[0], f"header with the unknown {shown}{lost}{hint}", wanted)
    if missing:
        return problem(missing[0], f"header without {listed(missing)}", wanted)
    if twice:
        return problem(twice[0], f"header with {listed(twice)} twice", wanted)
    return problem(None, "header with its columns in another order", wanted)


def _ragged_row(table: RawTable, line: int, row: list[str]) -> Problem:
    if not row:
        return Problem(table.file, line, None, "a blank line", "delete it")
    wanted = len(table.columns)
    mend = f"write {wanted} cells ({wanted - 1} commas)"
    if len(row) > wanted:
        mend += "; put a cell that holds a comma in double quotation marks"
    return Problem(table.file, line, None, f"{len(row)} cells instead of {wanted}", mend)


def _line_break(table: RawTable, line: int, row: list[str]) -> Problem:
    broken = (i for i, cell in enumerate(row) if "\n" in cell or "\r" in cell)
    column = next((table.columns[i] for i in broken), None)
    return Problem(table.file, line, column, "a line break inside the cell", "write it on one line")


def _unreadable_row(file: str, line: int, reason: str) -> Problem:
    if "field larger" in reason:
        found, mend = f"a cell of more than {LONGEST_CELL} characters", "shorten it"
        return Problem(file, line, None, f"{found}, so the rest was not read", mend)
    return Problem(
        file,
        line,
        None,
        f"quotation marks that do not match ({reason}), so the rest was not read",
        'put the whole cell in double quotation marks and write "" for one inside it',
    )
