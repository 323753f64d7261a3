"""Values of a report: money, chances and measures as people at a bank write them; what is unknown is a dash."""

from collections.abc import Iterable, Mapping

from ews.domain.features import Feature
from ews.domain.text import Language, Text

NOTHING = "—"
UNIT = Text("CNY thousand", "万元")
"""Of money in tables and charts."""
_FEN = {Language.ZH: 1_000_000, Language.EN: 100_000}
_WORDS: Mapping[str, Text] = {
    "days": Text("{} days", "{} 天"),
    "months": Text("{} months", "{} 个月"),
    "count": Text("{}", "{}"),
}
_FLAG = {True: Text("yes", "是"), False: Text("no", "否")}


def money(fen: float | None, language: Language) -> str:
    """Return a sum with its unit: 312.5 万元, 1.3 亿元; CNY 3,125,000."""
    if fen is None:
        return NOTHING
    yuan = fen / 100
    if language is Language.EN:
        return f"CNY {yuan:,.0f}"
    if abs(yuan) >= 1e8:
        return f"{yuan / 1e8:,.2f} 亿元"
    return f"{yuan / 1e4:,.1f} 万元" if abs(yuan) >= 1e4 else f"{yuan:,.0f} 元"


def in_table(fen: int | None, language: Language) -> str:
    """Return a sum in UNIT, without it."""
    return NOTHING if fen is None else f"{fen / _FEN[language]:,.{2 if language is Language.ZH else 1}f}"


def scaled(values: Iterable[int | None], language: Language) -> tuple[float | None, ...]:
    """Return sums in UNIT."""
    return tuple(None if fen is None else fen / _FEN[language] for fen in values)


def chance(pd: float | None) -> str:
    """Return a probability in per cent, finer where it is small."""
    if pd is None:
        return NOTHING
    return f"{100 * pd:.{1 if pd >= 0.01 else 2 if pd >= 0.001 else 3}f}%"


def share(value: float | None, digits: int = 0) -> str:
    return NOTHING if value is None else f"{100 * value:.{digits}f}%"


def change(before: float | None, now: float | None) -> str:
    """Return a relative change with its sign; a dash where there is nothing to compare with."""
    return NOTHING if before is None or now is None or before <= 0 else f"{100 * (now / before - 1):+.0f}%"


def measure(feature: Feature, value: float | None, language: Language) -> str:
    """Return the value of a feature in its unit."""
    if value is None:
        return NOTHING
    if feature.unit == "fen":
        return money(value, language)
    if feature.unit == "flag":
        return _FLAG[bool(value)].in_(language)
    if feature.unit in {"share", "change"}:
        return f"{100 * value:{'+' if feature.unit == 'change' else ''}.0f}%"
    if feature.unit == "ratio":
        return f"{value:,.2f}"
    number = f"{value:,.0f}" if float(value).is_integer() else f"{value:,.1f}"
    return _WORDS[feature.unit].in_(language).format(number)
