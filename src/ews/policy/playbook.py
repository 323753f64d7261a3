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
from ews.policy.entries import Entry, editions, tables


@dataclass(frozen=True, slots=True)
class Response:
    """What a warning of `level` asks for; `large` is added where the exposure is large."""

    level: WarningLevel
    acknowledge_days: int
    plan_days: int
    who: Text
    action: Text
    large: Text | None
    source: str


@dataclass(frozen=True, slots=True)
class Step:
    """What is done from `from_dpd` days past due until the next step."""

    from_dpd: int
    who: Text
    action: Text
    source: str


@dataclass(frozen=True, slots=True)
class Playbook:
    """`responses` by level, `steps` by days past due, ascending."""

    responses: tuple[Response, ...]
    steps: tuple[Step, ...]


@dataclass(frozen=True, slots=True)
class Action:
    """`acknowledge_days` and `plan_days` are working days, None where no warning stands."""

    text: Text
    who: Text
    acknowledge_days: int | None
    plan_days: int | None


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


def choose_action(playbook: Playbook, level: WarningLevel, dpd: int | None, *, large: bool) -> Action | None:
    """Return what to do, None where no warning stands and nothing is past due.

    A step by days past due says who acts, since it is the nearer duty; the limits stay those of the level.
    """
    response = next((one for one in playbook.responses if one.level is level), None)
    step = next((one for one in reversed(playbook.steps) if one.from_dpd <= (dpd or 0)), None)
    found = [part for part in (response, step) if part is not None]
    if not found:
        return None
    actions = [part.action for part in found]
    if large and response is not None and response.large is not None:
        actions.append(response.large)
    text = Text(" ".join(action.en for action in actions), "".join(action.zh for action in actions))
    return Action(
        text,
        found[-1].who,
        None if response is None else response.acknowledge_days,
        None if response is None else response.plan_days,
    )


def _edition(entry: Entry) -> Playbook:
    entry.only("starts", "response", "step")
    responses = tuple(_response(one) for one in tables(entry.fields, "response", entry.file, named="level"))
    steps = tuple(_step(one) for one in tables(entry.fields, "step", entry.file))
    given, wanted = (
        [one.level for one in responses],
        [level for level in WarningLevel if level is not WarningLevel.NONE],
    )
    if sorted(given) != sorted(wanted):
        message = f"the responses are for {', '.join(given)}; give one for each of {', '.join(wanted)}."
        raise entry.fault(message)
    days = [step.from_dpd for step in steps]
    if days != sorted(set(days)):
        message = f"the steps start at {days} days past due; they must ascend, each day once."
        raise entry.fault(message)
    return Playbook(responses, steps)


def _response(entry: Entry) -> Response:
    allowed = (
        "level",
        "acknowledge_days",
        "plan_days",
        "en",
        "zh",
        "en_who",
        "zh_who",
        "en_large",
        "zh_large",
        "source",
    )
    entry.only(*allowed)
    return Response(
        WarningLevel(entry.choice("level", list(WarningLevel))),
        entry.count("acknowledge_days"),
        entry.count("plan_days"),
        entry.words("who"),
        entry.words(),
        entry.words("large") if "en_large" in entry.fields or "zh_large" in entry.fields else None,
        entry.string("source"),
    )


def _step(entry: Entry) -> Step:
    entry.only("from_dpd", "en", "zh", "en_who", "zh_who", "source")
    if entry.count("from_dpd") == 0:
        message = "'from_dpd' is 0; a step starts at 1 day past due or later."
        raise entry.fault(message)
    return Step(entry.count("from_dpd"), entry.words("who"), entry.words(), entry.string("source"))
