"""Voice: the one language that a report is written in, and the small parts that its sections share."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from ews.casework.paper.paper import Cell, Facts, Row, Say, Table
from ews.casework.report.report import Telling
from ews.domain.text import Language, Text

Line = Sequence[Cell | str]


@dataclass(frozen=True, slots=True)
class Voice:
    """Speaks `language`; `tell` makes the sentences of records."""

    language: Language
    tell: Telling

    @property
    def say(self) -> Say:
        return Say((self.language,))

    def __call__(self, en: str, zh: str) -> str:
        return zh if self.language is Language.ZH else en

    def of(self, text: Text) -> str:
        return text.in_(self.language)

    def called(self, party_id: str, name: str | None) -> str:
        """Return the name of a party; the id of one without, and in English of one whose name may not be told."""
        is_stand_in = party_id.startswith("party-") and self.language is Language.EN
        return party_id if is_stand_in else name or party_id

    def list(self, parts: Iterable[str]) -> str:
        return self(", ", "、").join(parts)

    def facts(self, *pairs: tuple[str, str, Cell | str]) -> Facts:
        """Return facts from their names in English and Chinese, and their values."""
        return Facts(tuple((self(en, zh), _cell(value)) for en, zh, value in pairs))

    def table(self, heads: Sequence[tuple[str, str, float]], lines: Iterable[Line], empty: str = "") -> Table:
        """Return a table; heads are in English and Chinese with the share of the width."""
        columns = tuple((self(en, zh), width) for en, zh, width in heads)
        return Table(columns, tuple(Row(tuple(_cell(one) for one in line)) for line in lines), empty)


def number(text: str) -> Cell:
    return Cell(text, is_number=True)


def _cell(value: Cell | str) -> Cell:
    return Cell(value) if isinstance(value, str) else value
