"""Playbook: who does what by when, once a warning stands or a payment is late.

Reads   playbook.toml
Limits  working days to acknowledge and to plan; they are the bank's, no regulation fixes them
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from ews.domain.errors import PolicyError
from ews.domain.levels import WarningLevel
from ews.domain.text import Text
from ews.policy.dated import Dated
from ews.policy.entries import Entry, editions, tables, unique

ANY, LARGE, URGENT = "any", "large", "urgent"
SIZES, URGENCIES = (ANY, LARGE), (ANY, URGENT)
ROLES = ("officer", "branch_manager", "risk_manager", "head_office")
"""Who may be on the route of a warning, from the field upwards."""
STEP_KINDS = ("call", "visit", "plan", "review", "legal", "preservation", "recovery")
"""What is done at a step."""


@dataclass(frozen=True, slots=True)
class Response:
    """What a warning of `level` asks for; of the rows that fit, the one that names most counts, size before urgency.

    `report_days` are working days within which head office hears of it, null where it need not.
    """

    level: WarningLevel
    size: str
    urgency: str
    acknowledge_days: int
    plan_days: int
    report_days: int | None
    roles: tuple[str, ...]
    who: Text
    action: Text
    source: str

    @property
    def kind(self) -> tuple[WarningLevel, str, str]:
        return self.level, self.size, self.urgency


@dataclass(frozen=True, slots=True)
class Step:
    """What `role` does from `from_dpd` days past due until the next step; `needs_cause`: why it is late is recorded."""

    code: str
    kind: str
    role: str
    from_dpd: int
    needs_cause: bool
    who: Text
    action: Text
    source: str


@dataclass(frozen=True, slots=True)
class Playbook:
    """`responses` by level, size and urgency, `steps` by days past due, ascending.

    `urgent` are signals for which time runs: with one of them a warning is urgent.
    """

    responses: tuple[Response, ...]
    steps: tuple[Step, ...]
    urgent: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Action:
    """`acknowledge_days`, `plan_days` and `report_days` are working days, None where none is set.

    `roles` are those on the route of the warning, the first answers for it; empty where no warning stands.
    """

    text: Text
    who: Text
    acknowledge_days: int | None
    plan_days: int | None
    report_days: int | None
    roles: tuple[str, ...]


def read_playbook(content: Mapping[str, object], file: str) -> Dated[Playbook]:
    """Return the editions by the day they start; PolicyError on the first entry that cannot be used."""
    return editions(tables(content, "edition", file), _edition)


def playbook_on(editions_: Dated[Playbook], day: date) -> Playbook:
    """Return the edition for `day`; PolicyError before the first."""
    playbook = editions_.on(day)
    if playbook is None:
        message = f"The policy has no playbook on {day}; its first starts on {editions_.first[0]}. Add an earlier one."
        raise PolicyError(message)
    return playbook


def choose_action(
    playbook: Playbook, level: WarningLevel, dpd: int | None, *, large: bool, urgent: bool
) -> Action | None:
    """Return what to do, None where no warning stands and nothing is past due.

    A step by days past due says who acts, since it is the nearer duty; the limits stay those of the level.
    """
    response = _response_for(playbook, level, large=large, urgent=urgent)
    step = next((one for one in reversed(playbook.steps) if one.from_dpd <= (dpd or 0)), None)
    found = [part for part in (response, step) if part is not None]
    if not found:
        return None
    actions = [part.action for part in found]
    return Action(
        Text(" ".join(action.en for action in actions), "".join(action.zh for action in actions)),
        found[-1].who,
        None if response is None else response.acknowledge_days,
        None if response is None else response.plan_days,
        None if response is None else response.report_days,
        () if response is None else response.roles,
    )


def _response_for(playbook: Playbook, level: WarningLevel, *, large: bool, urgent: bool) -> Response | None:
    fitting = [
        one
        for one in playbook.responses
        if one.level is level and (large or one.size == ANY) and (urgent or one.urgency == ANY)
    ]
    return max(fitting, key=lambda one: (one.size != ANY, one.urgency != ANY), default=None)


def _edition(entry: Entry) -> Playbook:
    entry.only("starts", "urgent", "response", "step")
    rows = tables(entry.fields, "response", entry.file, named="level")
    responses = tuple(_response(one) for one in rows)
    listed = tables(entry.fields, "step", entry.file, named="code")
    unique(listed, "code")
    steps = tuple(_step(one) for one in listed)
    kinds = [one.kind for one in responses]
    for number, (kind, row) in enumerate(zip(kinds, rows, strict=True)):
        if kind in kinds[:number]:
            message = f"there is a response before for size {kind[1]} and urgency {kind[2]}; remove one."
            raise row.fault(message)
    missing = [level for level in WarningLevel if level is not WarningLevel.NONE and (level, ANY, ANY) not in kinds]
    if missing:
        message = (
            f"there is no response to {', '.join(missing)} of any size and urgency; "
            "give one for each level, without 'size' and 'urgency'."
        )
        raise entry.fault(message)
    days = [step.from_dpd for step in steps]
    if days != sorted(set(days)):
        message = f"the steps start at {days} days past due; they must ascend, each day once."
        raise entry.fault(message)
    return Playbook(responses, steps, entry.strings("urgent") if "urgent" in entry.fields else ())


def _response(entry: Entry) -> Response:
    allowed = (
        "level",
        "size",
        "urgency",
        "acknowledge_days",
        "plan_days",
        "report_days",
        "roles",
        "en",
        "zh",
        "en_who",
        "zh_who",
        "source",
    )
    entry.only(*allowed)
    level = entry.choice("level", [level for level in WarningLevel if level is not WarningLevel.NONE])
    return Response(
        WarningLevel(level),
        entry.choice("size", SIZES) if "size" in entry.fields else ANY,
        entry.choice("urgency", URGENCIES) if "urgency" in entry.fields else ANY,
        entry.count("acknowledge_days"),
        entry.count("plan_days"),
        entry.count("report_days") if "report_days" in entry.fields else None,
        entry.strings("roles", ROLES),
        entry.words("who"),
        entry.words(),
        entry.string("source"),
    )


def _step(entry: Entry) -> Step:
    entry.only("code", "kind", "role", "from_dpd", "needs_cause", "en", "zh", "en_who", "zh_who", "source")
    return Step(
        entry.string("code"),
        entry.choice("kind", STEP_KINDS),
        entry.choice("role", ROLES),
        entry.at_least(1, "from_dpd"),
        entry.flag("needs_cause"),
        entry.words("who"),
        entry.words(),
        entry.string("source"),
    )
