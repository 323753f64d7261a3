"""Task: one thing that somebody has to do by a day, and what has to be told when it is done.

Types   reminder before a payment; first check after payout; regular check; step by days past due; handling of a type of
        customer; assessment of a group member; review of an override or a name on the watch list; check after an event;
        approval of findings
Names   a task is named by what it is about, so that however often it is asked for there is one
Days    a task falls on a working day; where its own day is none, on the one before
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any, Self
from urllib.parse import quote

from ews.casework.checks.proposed import ProposedFinding, read_proposed
from ews.domain.text import Text
from ews.policy.calendar import Calendar
from ews.policy.forms import forms_on
from ews.policy.policy import Policy
from ews.store.cases import Case

KIND = "task"
OPEN, DONE, MOOT, CANCELLED = "open", "done", "moot", "cancelled"

REMINDER, FIRST_CHECK, REGULAR_CHECK, DPD_STEP = "reminder", "first_check", "regular_check", "dpd_step"
CUSTOMER_TYPE, ASSESSMENT, REVIEW, EVENT_CHECK = "customer_type", "assessment", "review", "event_check"
APPROVAL = "approval"
TYPE_TEXTS: Mapping[str, Text] = {
    REMINDER: Text("reminder", "到期提醒"),
    FIRST_CHECK: Text("first check", "首次检查"),
    REGULAR_CHECK: Text("regular check", "常规检查"),
    DPD_STEP: Text("step by days past due", "逾期处置步骤"),
    CUSTOMER_TYPE: Text("handling of the customer type", "分类客户管理"),
    ASSESSMENT: Text("group assessment", "关联客户评估"),
    REVIEW: Text("review", "复审"),
    EVENT_CHECK: Text("event check", "事件排查"),
    APPROVAL: Text("approval of findings", "认定审批"),
}

NAMED = frozenset({FIRST_CHECK, REGULAR_CHECK, EVENT_CHECK, APPROVAL})
"""Types whose tasks say in their text of which type they are."""

CAUSE, PAID_FROM, CHECK = "cause", "paid_from", "check"
"""What a task may ask for when it is done: why payment is late, from what it will be paid, a submitted check."""

PAID_FROM_TEXTS: Mapping[str, Text] = {
    "own_money": Text("own money", "自有资金"),
    "other_lenders": Text("other lenders", "其他融资"),
    "not_known": Text("not known", "尚不明确"),
}


@dataclass(frozen=True, slots=True)
class TaskBody:
    """`role` is who had to do it at first; `why` says why it stands; `terms` is what it rests on, by its type.

    `asks` must be told when it is done, `form` is that of the check it takes, not done before `from_on`.
    `escalations` are the roles it went to since it is late, `late_since` is the day that was missed at first. What
    follows is null until it is told. `proposed` holds the cause that it was done with, where that takes approval.
    """

    type: str
    code: str
    role: str
    text: Mapping[str, str]
    why: Mapping[str, str]
    loan_id: str | None = None
    form: str | None = None
    from_on: str | None = None
    asks: tuple[str, ...] = ()
    terms: Mapping[str, Any] = field(default_factory=dict)
    escalations: tuple[str, ...] = ()
    late_since: str | None = None
    cause: str | None = None
    paid_from: str | None = None
    check_id: str | None = None
    moot: Mapping[str, str] | None = None
    proposed: tuple[ProposedFinding, ...] = ()

    @classmethod
    def of(cls, case: Case) -> Self:
        content = dict(case.body)
        proposed = read_proposed(content.get("proposed", ()))  # not in earlier bodies
        lists = {name: tuple(content[name]) for name in ("asks", "escalations")}
        return cls(**{**content, **lists, "proposed": proposed})

    @property
    def topic(self) -> str | None:
        """Return what one open task is enough for, None where each is about something of its own."""
        topics = {
            REGULAR_CHECK: self.form,
            CUSTOMER_TYPE: self.terms.get("customer_type"),
            ASSESSMENT: self.terms.get("member_id"),
        }
        about = topics.get(self.type)
        return None if about is None else f"{self.type}/{about}"


@dataclass(frozen=True, slots=True)
class Duty:
    """A task that is asked for: `name` is its own for ever."""

    name: str
    due_on: date
    body: TaskBody


def task_name(*parts: str) -> str:
    """Return the name of the task about `parts`, whatever characters they hold."""
    return "/".join((KIND, *(quote(part, safe="") for part in parts)))


def sentence(body: TaskBody) -> Text:
    """Return what a task asks for and why, as it stands on a list."""
    kind = TYPE_TEXTS[body.type]
    head = Text("", "") if body.type in NAMED else Text(f"{kind.en.capitalize()}: ", f"{kind.zh}：")
    said, why = body.text["en"].rstrip("."), body.why["en"].rstrip(".")
    stop = "" if said.endswith(("?", "!")) else "."
    return Text(
        f"{head.en}{said}{stop} {why}", f"{head.zh}{body.text['zh'].rstrip('。')}（{body.why['zh'].rstrip('。')}）"
    )


def form_text(policy: Policy, code: str, day: date) -> Text:
    """Return what a form is called; its code where the policy of the day has none of it."""
    form = forms_on(policy.forms, day).form(code)
    return Text(code, code) if form is None else form.text


def plain(text: Text) -> Mapping[str, str]:
    return {"en": text.en, "zh": text.zh}


def on_or_before(calendar: Calendar, day: date) -> date:
    """Return `day` if it is a working day, else the working day before it."""
    while not calendar.is_working(day):
        day -= timedelta(days=1)
    return day


def working_day(calendar: Calendar, day: date, first: date) -> date:
    """Return the working day on or before `day`, but the first on or after `first` where that is later."""
    return max(on_or_before(calendar, day), calendar.after(first, 0))
