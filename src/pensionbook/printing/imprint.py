"""What a printed report says beside its text: the cover, and the words that every format needs."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from pensionbook.language.messages import translate
from pensionbook.language.numbers import commas


@dataclass(frozen=True, slots=True)
class Imprint:
    """What stands on the cover.

    Attributes:
        edition: what tells this edition from others: a place and a date, for example.
        note: small print at the foot: licence, where the data and the web book are.
        description: one or two sentences for catalogues; not printed.
        released: day of publication, for the files' records; a PDF without it is no PDF/A.
    """

    title: str
    subtitle: str = ""
    authors: str = ""
    edition: str = ""
    note: str = ""
    description: str = ""
    released: date | None = None

    @classmethod
    def for_edition(
        cls, title: str, language: str, edition: str, released: date | None = None
    ) -> Imprint:
        """The imprint of an edition; what follows the first comma of a title is its subtitle.

        Args:
            title: of the data package, in the language.
            edition: name of the data package.
        """
        words = words_of(language)
        head, comma, rest = title.partition(words.comma)
        return cls(
            title=head if comma else title,
            subtitle=rest[:1].upper() + rest[1:],
            authors=words.authors,
            edition=words.edition.format(edition),
            note=words.note,
            description=title,
            released=released,
        )


@dataclass(frozen=True, slots=True)
class Words:
    """Words that the printed formats add to the text of the book.

    Attributes:
        table: what the captions of tables begin with, before the number.
        comma: what divides a title from its subtitle.
        edition: a sentence about the edition; ``{}`` is its name.
        note: the small print of the cover.
    """

    contents: str
    figures: str
    tables: str
    table: str
    comma: str
    authors: str
    edition: str
    note: str


def words_of(language: str) -> Words:
    """The interface words of a language."""

    def tr(message: str) -> str:
        return translate(message, language)

    return Words(
        contents=tr("Contents"),
        figures=tr("List of figures"),
        tables=tr("List of tables"),
        table=tr("Table"),
        comma=commas(["", ""], language),
        authors=tr("The pensionbook project"),
        edition=tr("Edition {}"),
        note=tr(
            "Every number in the text leads to the list of values, and from there to the "
            "register of printed figures. Text and data are under CC BY 4.0, the programs under "
            "the MIT licence."
        ),
    )
