"""Rows: warnings and items of the day as the lists show them."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from ews.casework.day.columns import Line, OpenLine
from ews.casework.day.my_day import Item
from ews.casework.day.time_left import TimeLeft, time_left
from ews.casework.day.work_list import next_verbs
from ews.casework.warnings.deadlines import Terms, terms_on
from ews.casework.warnings.in_short import all_signals, gone_text, kind_text, why_in_short
from ews.casework.words import ROLE_TEXTS, STATE_TEXTS
from ews.domain.text import Language, Text
from ews.serving.pages.render import View
from ews.store.accounts import names_of
from ews.store.cases import Case
from ews.store.engine import reading
from ews.store.newest_records import newest_held
from ews.store.work_lines import LineKey

ACKNOWLEDGE = "acknowledge"


@dataclass(frozen=True, slots=True)
class Row:
    """A warning in the list. `who` has to act next; `may_acknowledge` tells whether it can be ticked.

    `gone` is for how long no signal of it has held, null while one does.
    """

    case: Case
    state: Text
    why: Text
    kind: Text
    signals: tuple[Text, ...]
    who: Text
    left: TimeLeft
    may_acknowledge: bool
    gone: Text | None = None


@dataclass(frozen=True, slots=True)
class DayRow:
    """Something to do; `who` is told where others have to do it, `loan_id` where it is about one loan."""

    item: Item
    left: TimeLeft
    who: Text

    @property
    def case(self) -> Case:
        return self.item.case

    @property
    def loan_id(self) -> str | None:
        told = self.case.body.get("loan_id")
        return None if told is None else str(told)


@dataclass(frozen=True, slots=True)
class LineRow:
    """A line of the day: `first` is the most pressing of it, `rows` are all its cases where it is unfolded."""

    line: Line
    first: DayRow
    rows: tuple[DayRow, ...] = ()

    @property
    def key(self) -> LineKey:
        return self.line.found.key

    @property
    def items(self) -> int:
        return self.line.found.items

    @property
    def query(self) -> dict[str, str]:
        """Return how the line is asked for."""
        return {"about": self.key.about, "portfolio": self.key.portfolio, "named": self.key.named}


def warning_rows(view: View, cases: Iterable[Case]) -> tuple[Row, ...]:
    """Return warnings as the list shows them."""
    found, terms = tuple(cases), terms_today(view)
    names, said = _names(view, found), _sentences(view, found)
    return tuple(_row(view, case, terms, names, said.get(_key(case), {})) for case in found)


def line_rows(view: View, lines: Iterable[Line], terms: Terms) -> tuple[LineRow, ...]:
    """Return lines of the day as the columns show them, folded."""
    found = tuple(lines)
    first = _day_rows(view, [line.item for line in found], terms)
    return tuple(LineRow(line, row) for line, row in zip(found, first, strict=True))


def open_row(view: View, opened: OpenLine, terms: Terms) -> LineRow:
    """Return a line with each of its cases."""
    (row,) = line_rows(view, [opened.line], terms)
    return replace(row, rows=_day_rows(view, opened.items, terms))


def terms_today(view: View) -> Terms:
    today = view.services.desk.now().date()
    return terms_on(view.services.desk.policy_on(today), today)


def _day_rows(view: View, items: Iterable[Item], terms: Terms) -> tuple[DayRow, ...]:
    found = tuple(items)
    names = _names(view, [item.case for item in found])
    return tuple(DayRow(item, time_left(item.case, terms), _who(item.case, names)) for item in found)


def _row(view: View, case: Case, terms: Terms, names: Mapping[str, str], said: Mapping[str, Text]) -> Row:
    signal_text = view.services.wording.signal_text
    verbs = () if view.actor is None else next_verbs(view.actor, case, terms)
    return Row(
        case,
        STATE_TEXTS.get(case.state, Text(case.state, case.state)),
        why_in_short(case, signal_text, said),
        kind_text(str(case.body["kind"])),
        all_signals(case, signal_text, said),
        _who(case, names),
        time_left(case, terms),
        ACKNOWLEDGE in verbs,
        gone_text(case, terms.lifecycle.gone_observations),
    )


def _sentences(view: View, cases: Sequence[Case]) -> Mapping[tuple[str, str], Mapping[str, Text]]:
    """Return what the newest batch says of the warnings' signals that hold, with values, by borrower and code.

    Values that are words are left out: they may name parties whom the reader may not know.
    """
    with reading(view.services.store) as connection:
        found = newest_held(connection, {_key(case) for case in cases})
    codes: dict[tuple[str, str], set[str]] = {}
    for case in cases:
        codes.setdefault(_key(case), set()).update(str(note["code"]) for note in case.body["signals"])
    tell = view.services.wording.held_sentence
    return {
        key: {
            held.code: Text(tell(now, held, Language.EN), tell(now, held, Language.ZH))
            for held in now.held
            if held.code in codes[key] and not any(isinstance(value, str) for value in held.inputs.values())
        }
        for key, now in found.items()
    }


def _key(case: Case) -> tuple[str, str]:
    return case.portfolio or "", case.borrower_id or ""


def _who(case: Case, names: Mapping[str, str]) -> Text:
    """Return who has to act next: the person it is given to, else the role."""
    if case.assignee is not None:
        name = names.get(case.assignee, case.assignee)
        return Text(name, name)
    return Text("—", "—") if case.role is None else ROLE_TEXTS.get(case.role, Text(case.role, case.role))


def _names(view: View, cases: Iterable[Case]) -> Mapping[str, str]:
    """Return the names of those whom the cases are given to."""
    given = {case.assignee for case in cases if case.assignee is not None}
    if not given:
        return {}
    with reading(view.services.store) as connection:
        return names_of(connection, given)
