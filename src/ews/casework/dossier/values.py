"""Values as a file shows them: money in yuan, shares in percent, flags and choices in words; unknown is a dash."""

from ews.domain.decisions import Value
from ews.domain.text import Text
from ews.policy.forms import Field

NOTHING = "—"
_SHORT = 16
_FEN = 100


def value_text(field: Field | None, value: Value) -> Text | None:
    """Return an answer in words, None where there is none; without its field as it was stored."""
    if value is None:
        return None
    if isinstance(value, bool):
        return Text("yes", "是") if value else Text("no", "否")
    if field is not None and isinstance(value, str) and field.unit == "choice":
        chosen = field.choice(value)
        return Text(value, value) if chosen is None else chosen.text
    if field is not None and isinstance(value, str) and field.unit == "file":
        return Text(f"{value[:_SHORT]}…", f"{value[:_SHORT]}…")
    if field is not None and isinstance(value, int | float):
        return _number(field.unit, value)
    return Text(str(value), str(value))


def yuan(fen: int | None) -> Text | None:
    """Return a sum of money with its unit, None where it is not known."""
    if fen is None:
        return None
    told = f"{abs(fen) // _FEN:,}.{abs(fen) % _FEN:02d}"
    signed = f"-{told}" if fen < 0 else told
    return Text(f"{signed} CNY", f"{signed} 元")


def percent(share: float | None, digits: int = 2) -> str:
    return NOTHING if share is None else f"{100 * share:.{digits}f}%"


def _number(unit: str, value: float) -> Text:
    if unit == "fen" and isinstance(value, int):
        told = yuan(value)
        assert told is not None  # noqa: S101 - a number is known
        return told
    shown = percent(value, 1) if unit == "share" else f"{value:,}"
    return Text(shown, shown)
