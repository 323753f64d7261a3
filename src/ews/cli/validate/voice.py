"""Voice: the one language of a validation report, and the tables that its sections share."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from ews.casework.paper.paper import Cell, Facts, Row, Table
from ews.domain.text import Language, Text


@dataclass(frozen=True, slots=True)
class Voice:
    language: Language

    def __call__(self, en: str, zh: str) -> str:
        return zh if self.language is Language.ZH else en

    def of(self, text: Text) -> str:
        return text.in_(self.language)

    def table(
        self, heads: Sequence[tuple[str, str, float]], lines: Iterable[Sequence[Cell | str]], empty: str = ""
    ) -> Table:
        """Return a table; heads are in English and Chinese with the share of the width."""
        columns = tuple((self(en, zh), width) for en, zh, width in heads)
        return Table(columns, tuple(Row(tuple(_cell(one) for one in line)) for line in lines), empty)

    def facts(self, *pairs: tuple[str, str, Cell | str]) -> Facts:
        """Return facts from their names in English and Chinese, and their values."""
        return Facts(tuple((self(en, zh), _cell(value)) for en, zh, value in pairs))


def _cell(value: Cell | str) -> Cell:
    return Cell(value) if isinstance(value, str) else value
