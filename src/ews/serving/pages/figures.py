"""Figures: numbers as people at a bank write them, in the language of the page; what is unknown is a dash.

Money    万元 and 亿元 with one decimal; in English millions and billions of yuan, named CNY; a column in one unit
Chances  pd as "about 1 in 7", or per cent with the digits that tell
Days     2026-06-30; time left in working days is counted elsewhere
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from math import isfinite

from ews.domain.text import Language, Text

MISSING = "—"
_MILLION_FEN = 100_000_000
_RARE = 0.0005
"""Below this chance "1 in …" would only pretend to know."""


def money(fen: float | None, language: Language) -> str:
    """Return an amount with its unit: 312.5 万元, 1.3 亿元, 8,500 元; CNY 3.1 m, CNY 1.25 bn, CNY 8,500."""
    if fen is None:
        return MISSING
    yuan = fen / 100
    if language is Language.ZH:
        steps = ((1e8, " 亿元"), (1e4, " 万元"))
        return next((f"{yuan / one:,.1f}{unit}" for one, unit in steps if abs(yuan) >= one), f"{yuan:,.0f} 元")
    sign, size = "-" if yuan < 0 else "", abs(yuan)
    if size >= 1e9:
        return f"{sign}CNY {size / 1e9:,.2f} bn"
    return f"{sign}CNY {size / 1e6:,.1f} m" if size >= 1e6 else f"{sign}CNY {size:,.0f}"


def signed_money(fen: float | None, language: Language) -> str:
    """Return a change of an amount with its sign."""
    if fen is None:
        return MISSING
    sign = "+" if fen > 0 else "−" if fen < 0 else "±"
    return f"{sign}{money(abs(fen), language)}"


@dataclass(frozen=True, slots=True)
class MoneyColumn:
    """Amounts below each other. In English its head names the one unit of all; Chinese ones carry theirs each."""

    language: Language
    in_millions: bool = False

    def head(self, text: str) -> str:
        """Return the head of the column."""
        if self.language is Language.ZH:
            return text
        return f"{text}, CNY m" if self.in_millions else f"{text}, CNY"

    def tell(self, fen: float | None) -> str:
        """Return an amount as it stands in the column."""
        if fen is None or self.language is Language.ZH:
            return money(fen, self.language)
        yuan = fen / 100
        if not self.in_millions:
            return f"{yuan:,.0f}"
        return "<0.01" if 0 < yuan < 5_000 else f"{yuan / 1e6:,.2f}"

    def signed(self, fen: float | None) -> str:
        """Return a change with its sign as it stands in the column."""
        if fen is None:
            return MISSING
        return f"{'+' if fen > 0 else '−' if fen < 0 else '±'}{self.tell(abs(fen))}"


def money_column(amounts: Iterable[float | None], language: Language) -> MoneyColumn:
    """Return how a column of amounts is told: in millions where one of them has as much."""
    return MoneyColumn(language, any(abs(fen) >= _MILLION_FEN for fen in amounts if fen is not None))


def count(number: float | None) -> str:
    return MISSING if number is None else f"{number:,.0f}"


def signed_count(number: float | None) -> str:
    if number is None:
        return MISSING
    return f"{'+' if number > 0 else '−' if number < 0 else '±'}{abs(number):,.0f}"


def percent(share: float | None, digits: int = 1) -> str:
    """Return a share in per cent."""
    return MISSING if share is None or not isfinite(share) else f"{100 * share:,.{digits}f}%"


def chance(pd: float | None) -> str:
    """Return a probability in per cent, finer where it is small: 14.2%, 0.83%, 0.042%."""
    if pd is None:
        return MISSING
    digits = 1 if pd >= 0.01 else 2 if pd >= 0.001 else 3
    return f"{100 * pd:.{digits}f}%"


def odds(pd: float | None, language: Language) -> str:
    """Return a probability as people say it: about 1 in 7, 约 1/7."""
    if pd is None:
        return MISSING
    if pd < _RARE:
        return "below 1 in 2,000" if language is Language.EN else "低于 1/2000"
    if pd > 2 / 3:
        tenths = min(9, round(10 * pd))
        return f"about {tenths} in 10" if language is Language.EN else f"约 {tenths}/10"
    ratio = round(1 / pd)
    if ratio <= 2 and pd > 0.4:
        return "about 1 in 2" if language is Language.EN else "约 1/2"
    return f"about 1 in {max(ratio, 2):,}" if language is Language.EN else f"约 1/{max(ratio, 2)}"


def day(value: date | datetime | None) -> str:
    """Return a day: 2026-06-30."""
    if value is None:
        return MISSING
    return (value.date() if isinstance(value, datetime) else value).isoformat()


def moment(value: datetime | None) -> str:
    """Return a local time to the minute: 2026-06-30 09:15."""
    return MISSING if value is None else value.isoformat(" ", "minutes")


def said(text: Text | Mapping[Language, str] | None, language: Language) -> str:
    """Return a text of the domain in the language of the page; a dash where there is none."""
    if text is None:
        return MISSING
    return text.in_(language) if isinstance(text, Text) else text.get(language, MISSING)
