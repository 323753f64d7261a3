"""Forms: what officers fill in at a check, field by field, and what becomes of an answer.

Reads   forms.toml, by `form_entries`
Words   an answer is a text, a truth value, fen, a count, a share from 0 to 1, a date, the code of a choice, or the id
        of a file that was handed in
"""

from dataclasses import dataclass
from datetime import date
from typing import Literal

from ews.domain.errors import PolicyError
from ews.domain.text import Text
from ews.policy.dated import Dated

Unit = Literal["text", "flag", "fen", "count", "share", "date", "choice", "file"]
UNITS: tuple[Unit, ...] = ("text", "flag", "fen", "count", "share", "date", "choice", "file")
NUMBERS = frozenset({"fen", "count", "share"})
YES, NO = "yes", "no"
Answer = str | bool | int | float | date | None


@dataclass(frozen=True, slots=True)
class Choice:
    """`is_finding` false: the answer leaves standing what was found before, and becomes no finding."""

    code: str
    text: Text
    is_finding: bool = True


@dataclass(frozen=True, slots=True)
class Contradiction:
    """What the book would have to say for an answer to be doubted; `source` is named as in `Field.source`.

    With `answers` (codes of choices, or yes and no), each of them is doubted where the value lies under `below` or over
    `above`. Without, the answer is a number of the same kind as the value, and `than` tells which is doubted: one that
    is "more" or "less" than the value by more than the policy tolerates.
    """

    source: str
    answers: tuple[str, ...] = ()
    below: float | None = None
    above: float | None = None
    than: Literal["more", "less"] | None = None


@dataclass(frozen=True, slots=True)
class Field:
    """`source` is what the field is prefilled from, null where nothing is: kind and name, as feature:inflow_3m.

    `finding` is the field of the findings that the answer becomes. An optional field may be left out; a required one
    only with a reason, and only where `why_empty_allowed`. `may_be_future` is a date that is expected, not one seen.
    A number lies from `low` to `high`, both included; `low` null is 0, `high` null what no borrower ever has.
    `asked_with` is a source, named as in `source`: where it has no value for the borrower there is nothing to ask
    about, and only somebody who knows of something looks for the field.
    """

    name: str
    text: Text
    unit: Unit
    choices: tuple[Choice, ...]
    required: bool
    why_empty_allowed: bool
    element: str
    source: str | None = None
    finding: str | None = None
    contradicts: tuple[Contradiction, ...] = ()
    may_be_future: bool = False
    low: float | None = None
    high: float | None = None
    asked_with: str | None = None

    def choice(self, code: str) -> Choice | None:
        return next((one for one in self.choices if one.code == code), None)


@dataclass(frozen=True, slots=True)
class Form:
    """`about` is what is checked: a borrower, or one loan, to which the findings then belong."""

    code: str
    text: Text
    about: Literal["borrower", "loan"]
    fields: tuple[Field, ...]
    source: str
    confidence: str

    def field(self, name: str) -> Field | None:
        return next((one for one in self.fields if one.name == name), None)


@dataclass(frozen=True, slots=True)
class Forms:
    forms: tuple[Form, ...]

    @property
    def codes(self) -> tuple[str, ...]:
        return tuple(form.code for form in self.forms)

    def form(self, code: str) -> Form | None:
        return next((one for one in self.forms if one.code == code), None)


def forms_on(editions: Dated[Forms], day: date) -> Forms:
    """Return the forms for `day`; PolicyError before the first."""
    found = editions.on(day)
    if found is None:
        message = f"The policy has no forms on {day}; the first start on {editions.first[0]}. Add earlier ones."
        raise PolicyError(message)
    return found


def finding_of(field: Field, answer: Answer) -> str | None:
    """Return the value of the finding that an answer becomes, None where it becomes none."""
    if field.finding is None or answer is None:
        return None
    chosen = field.choice(answer) if isinstance(answer, str) and field.unit == "choice" else None
    return None if chosen is not None and not chosen.is_finding else word_of(answer)


def word_of(answer: Answer) -> str:
    """Return an answer as findings hold it: yes or no, a number, an ISO date, the code of a choice, a text."""
    if isinstance(answer, bool):
        return YES if answer else NO
    return answer.isoformat() if isinstance(answer, date) else str(answer)


def is_contradicted(doubt: Contradiction, answer: Answer, value: float | None, tolerance: float) -> bool:
    """Tell whether the book's `value` speaks against an answer; what the book does not know speaks against nothing."""
    if answer is None or value is None:
        return False
    if doubt.than is None:
        beyond = (doubt.below is not None and value < doubt.below) or (doubt.above is not None and value > doubt.above)
        return beyond and word_of(answer) in doubt.answers
    if isinstance(answer, bool) or not isinstance(answer, int | float):
        return False
    leeway = abs(value) * tolerance
    return answer > value + leeway if doubt.than == "more" else answer < value - leeway
