"""Facts of a panel: what a case is called, how far it has come, why it stands, what was done, what belongs to it.

Signals  in the sentences of the newest decision, with its numbers; what it no longer has in those of the decision that
         raised the warning, by name where that is not kept, and since when
Masked   what is about parties of other branches, as everywhere (`ews.serving.case_sight`, `ews.serving.sight`)
"""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from ews.casework.checks.body import body_of as check_of
from ews.casework.day.time_left import TimeLeft, time_left
from ews.casework.dossier.cases import told_of_body
from ews.casework.dossier.words import CODE_TEXTS, VERB_TEXTS, code_text, labelled, told_by
from ews.casework.tasks.task import TaskBody
from ews.casework.warnings.body import FALSE, Note, body_of
from ews.casework.words import KIND_TEXTS, PATTERN_TEXTS, STATE_TEXTS
from ews.domain.decisions import Decision
from ews.domain.errors import EwsError
from ews.domain.levels import Tier, WarningLevel
from ews.domain.people import SYSTEM
from ews.domain.text import Language, Text
from ews.policy.policy import Policy
from ews.serving.case_sight import acts_in_sight
from ews.serving.pages.cases.scene import Scene
from ews.serving.sight import decision_in_sight
from ews.store.accounts import names_of
from ews.store.cases import Act, Case
from ews.store.engine import reading

Words = Mapping[str, Text]
Labelled = tuple[tuple[Text, Text], ...]

MOST_REASONS, MOST_LINKED = 3, 12
_PATHS: Mapping[str, tuple[str, ...]] = {
    "warning": ("raised", "acknowledged", "verified", "planned", "handled", "lifted"),
    "task": ("open", "done"),
    "check": ("draft", "submitted"),
    "contact": ("begun", "ended"),
    "measure": ("proposed", "approved", "done"),
    "override": ("proposed", "approved", "ended"),
    "watch": ("on", "off"),
    "review": ("prepared", "determined", "approved"),
    "adoption": ("proposed", "approved"),
    "promotion": ("proposed", "approved"),
}
_FALSE_PATH = ("raised", "acknowledged", "verified", "lifted")
_INSTEAD: Mapping[str, int] = {
    "refused": 1,
    "moot": 1,
    "cancelled": 1,
    "corrected": 2,
    "expired": 2,
    "recorded": 0,
    "returned": 1,
}
"""States beside the usual path, with the place where they stand in it."""
_PEOPLE = frozenset({"approved_by", "asked_by", "owner", "author"})
_HANDED = frozenset({"from", "to"})
"""Labels under which acts name accounts; the last two where somebody hands over."""
_TIES = ("warning_id", "check_id", "contact_id", "about", "task_id", "corrects", "corrected_by", "again_after")


@dataclass(frozen=True, slots=True)
class Step:
    """`when` is done, now or ahead; `remark` says how it went."""

    text: Text
    when: str
    remark: Text | None = None


@dataclass(frozen=True, slots=True)
class Signal:
    """`gone` counts the batches in a row without it, 0 while it stands; `gone_since` is the day of their first."""

    level: WarningLevel
    sentence: Text
    since: date
    gone: int
    gone_since: date | None = None


@dataclass(frozen=True, slots=True)
class Line:
    """An act in words; `state` is the one that it led to, null where it stayed."""

    at: datetime
    who: Text
    verb: Text
    state: Text | None
    told: Labelled
    version: int


@dataclass(frozen=True, slots=True)
class Linked:
    """A case of the same borrower; `is_tied` where it names this one, or this one names it."""

    case: Case
    kind: Text
    title: Text
    state: Text
    left: TimeLeft | None
    is_tied: bool


def title_of(case: Case, words: Words) -> Text:
    """Return what a case is called, by what it is about."""
    body = case.body
    titles: Mapping[str, Callable[[], Text]] = {
        "warning": lambda: PATTERN_TEXTS.get(str(body["kind"]), Text(*2 * (str(body["kind"]),))),
        "task": lambda: Text(**TaskBody.of(case).text),
        "check": lambda: code_text(check_of(case).form, words),
        "measure": lambda: code_text(str(body["measure"]), words),
        "override": lambda: _override(Tier(body["tier"])),
        "contact": lambda: _both(code_text(str(body["channel"]), {}), code_text(str(body["party"]), {})),
        "review": lambda: Text(*2 * (str(body["quarter"]),)),
    }
    return titles.get(case.kind, lambda: KIND_TEXTS[case.kind])()


def _override(tier: Tier) -> Text:
    return Text(f"tier: {tier.text.en}", f"分类调整为{tier.text.zh}")


def _both(one: Text, other: Text) -> Text:
    return Text(f"{one.en}, {other.en}", f"{one.zh}（{other.zh}）")


def steps_of(case: Case) -> tuple[Step, ...]:
    """Return the way of a case from its first state to its last, with where it is now."""
    verdict = case.body.get("verdict") if case.kind == "warning" else None
    path = _FALSE_PATH if verdict == FALSE else _PATHS[case.kind]
    if case.state in path:
        here = path.index(case.state)
    else:
        here = _INSTEAD.get(case.state, 1)
        path = (*path[:here], case.state, *(path[here + 1 :] if case.is_open else ()))
    remark = None if verdict is None else CODE_TEXTS[verdict]
    return tuple(
        Step(
            STATE_TEXTS[state],
            "done" if place < here else "now" if place == here else "ahead",
            remark if state == "verified" else None,
        )
        for place, state in enumerate(path)
    )


def decision_of(scene: Scene, batch_id: str | None = None) -> Decision | None:
    """Return the borrower's newest decision, or that of a batch, as the actor may read it; None where it is lost."""
    if scene.case.borrower_id is None:
        return None
    try:
        found = scene.services.find_decision(scene.case.borrower_id, batch_id=batch_id, portfolio=scene.case.portfolio)
    except EwsError:
        return None
    return decision_in_sight(scene.services, scene.actor, found)


def signals_of(scene: Scene, decision: Decision | None) -> tuple[Signal, ...]:
    """Return the signals of a warning, the gravest first."""
    body = body_of(scene.case)
    raised = decision_of(scene, body.batch_id) if any(note.gone_observations for note in body.signals) else None
    found = [
        Signal(
            note.level,
            _sentence(scene, note, (decision, raised), body.policy_hash),
            note.since,
            note.gone_observations,
            _gone_since(note, scene.acts, body.as_of) if note.gone_observations else None,
        )
        for note in body.signals
    ]
    return tuple(sorted(found, key=lambda one: (one.gone > 0, -one.level.rank)))


def _gone_since(note: Note, acts: Sequence[Act], raised_on: date) -> date:
    """Return the day of the first batch without a signal; whatever was gone when its warning was raised, since then."""
    days = [str(act.content["as_of"]) for act in acts if act.content.get("gone", {}).get(note.code) == 1]
    return date.fromisoformat(days[-1]) if days else raised_on


def _sentence(scene: Scene, note: Note, decisions: Iterable[Decision | None], policy_hash: str) -> Text:
    """Return what a signal says in the first of the decisions that holds it; its name where none does."""
    say = scene.services.wording
    for decision in filter(None, decisions):
        for one in decision.held:
            if one.code == note.code:
                return Text(
                    say.held_sentence(decision, one, Language.EN), say.held_sentence(decision, one, Language.ZH)
                )
    return say.signal_text(policy_hash, note.code) or Text(note.code, note.code)


def reasons_of(scene: Scene, decision: Decision | None) -> tuple[Text, ...]:
    """Return the reasons that add most to the borrower's risk now."""
    say = scene.services.wording.reason_sentence
    adding = [] if decision is None else [one for one in decision.reasons if one.log_odds > 0]
    ordered = sorted(adding, key=lambda one: (-one.log_odds, one.code))[:MOST_REASONS]
    return tuple(Text(say(one, Language.EN), say(one, Language.ZH)) for one in ordered)


def action_of(scene: Scene, decision: Decision | None) -> Text | None:
    """Return what the playbook asks for, None where it asks for nothing."""
    if decision is None:
        return None
    say = scene.services.wording.action_text
    found = Text(say(decision, Language.EN), say(decision, Language.ZH))
    return found if found.en else None


def signal_words(policy: Policy) -> Words:
    """Return what the signals of a policy are called, without their codes; by what they look for where no word says."""
    return {
        one.code: one.reason.text
        if one.reason is not None
        else (one.sentence if "{" not in one.sentence.en else PATTERN_TEXTS.get(one.pattern, Text(one.code, one.code)))
        for one in policy.signals
    }


def told_of(scene: Scene, words: Words) -> Labelled:
    """Return what a case of another kind than a warning says of itself."""
    case = scene.case
    if case.kind == "check":
        body = check_of(case)
        content = {"done_on": body.done_on, "loan_id": body.loan_id, "corrects": body.corrects}
        return tuple(labelled({**content, "corrected_by": body.corrected_by}, words))
    told = told_of_body(case.kind, case.body)
    with reading(scene.services.store) as connection:
        names = names_of(connection, {str(told[name]) for name in _PEOPLE & set(told)})
    return tuple(labelled(_with_names(told, _PEOPLE, names), words))


def lines_of(scene: Scene, words: Words, after: int = 0) -> tuple[Line, ...]:
    """Return what was done to the case after version `after`, the newest first."""
    acts = acts_in_sight(scene.services.store, scene.actor, scene.case, scene.acts)
    people = {str(value) for act in acts for name, value in act.content.items() if name in _PEOPLE | _HANDED}
    with reading(scene.services.store) as connection:
        names = names_of(connection, people | {act.user_id for act in acts})
    lines, before = [], ""
    for act in acts:
        lines.append(_line(act, names, words, before))
        before = act.state
    return tuple(line for line in reversed(lines) if line.version > after)


def _line(act: Act, names: Mapping[str, str], words: Words, before: str) -> Line:
    name = names.get(act.user_id, act.user_id)
    who = Text("the system", "系统") if act.user_id == SYSTEM.user_id else Text(name, name)
    state = STATE_TEXTS.get(act.state) if before not in {"", act.state} else None
    verb = VERB_TEXTS.get(act.verb, Text(act.verb, act.verb))
    people = _PEOPLE | _HANDED if act.verb == "hand-over" else _PEOPLE
    return Line(act.at, who, verb, state, tuple(told_by(_with_names(act.content, people, names), words)), act.version)


def _with_names(content: Mapping[str, Any], people: Collection[str], names: Mapping[str, str]) -> dict[str, Any]:
    """Return what was written with an act, accounts of people as their names."""
    return {name: names.get(str(value), value) if name in people else value for name, value in content.items()}


def linked_of(scene: Scene, words: Words) -> tuple[tuple[Linked, ...], int]:
    """Return the borrower's other cases, those that belong to this one first, then open ones; and how many are left."""
    named = set(_named(scene.case))
    found = [
        Linked(
            one,
            KIND_TEXTS[one.kind],
            title_of(one, words),
            STATE_TEXTS.get(one.state, Text(one.state, one.state)),
            time_left(one, scene.terms) if one.is_open else None,
            one.case_id in named or scene.case.case_id in set(_named(one)),
        )
        for one in reversed(scene.others)
    ]
    ordered = sorted(found, key=lambda one: (not one.is_tied, not one.case.is_open))
    return tuple(ordered[:MOST_LINKED]), max(len(ordered) - MOST_LINKED, 0)


def _named(case: Case) -> Iterator[str]:
    """Yield the ids of cases that a case names."""
    terms = case.body.get("terms")
    for place in (case.body, terms if isinstance(terms, Mapping) else {}):
        yield from (str(place[name]) for name in (*_TIES, "case_id") if place.get(name))
