"""Allowed: what may be done with a warning now; the acts, their errors and everybody's list of work ask here.

State    gives the verbs that may come next, in the words of the API's paths
Hindered a snooze of what is red, late or has used its days up; a lifting while signals stand, or so soon after the last
         step down that no newer batch has been observed
Fact     a signal of no cool-down: a fact of the day that the book itself proves, as default or days past due, not an
         estimate. While it stands, the warning is not false
"""

from ews.casework.warnings.body import (
    ACKNOWLEDGED,
    FALSE,
    LIFTED,
    PLANNED,
    RAISED,
    VERIFIED,
    WarningBody,
    standing_in_the_way,
)
from ews.casework.warnings.deadlines import Terms, running
from ews.domain.text import Sentence, sentence
from ews.policy.policy import Policy
from ews.store.cases import Case

LIFTING = frozenset({"ask-lift", "lift"})
HAND_OVER = "hand-over"


def may_now(case: Case, body: WarningBody, terms: Terms) -> tuple[str, ...]:
    """Return what may be done with a warning now, whoever may do it."""
    return tuple(verb for verb in by_state(case.state, body) if hindrance(verb, case, body, terms) is None)


def by_state(state: str, body: WarningBody) -> tuple[str, ...]:
    """Return what comes next from a state, whatever may stand in its way."""
    if state == LIFTED:
        return ()
    report = () if body.is_reported else ("report",)
    if body.lift_asked_by is not None:
        return ("lift", "refuse-lift", *report)
    return (*_next(state, body), *report)


def beside(state: str, body: WarningBody) -> tuple[str, ...]:
    """Return what may be done beside what comes next; who decides on what another did is chosen by seniority alone."""
    waits_for_second = body.lift_asked_by is not None or body.awaits_review
    return () if state == LIFTED or waits_for_second else (HAND_OVER,)


def hindrance(verb: str, case: Case, body: WarningBody, terms: Terms) -> Sentence | None:
    """Return why that verb, which the state allows, is not done today; None where nothing stands in its way."""
    if verb == "snooze":
        return _why_awake(case, body, terms)
    return _why_kept(body, terms) if verb in LIFTING else None


def standing_facts(body: WarningBody, policy: Policy) -> tuple[str, ...]:
    """Return the signals of the warning that stand and that the book itself proves."""
    facts = {signal.code for signal in policy.signals if not signal.lingers}
    return tuple(note.code for note in body.signals if note.code in facts and not note.gone_observations)


def _next(state: str, body: WarningBody) -> tuple[str, ...]:
    rest = ("snooze",) if body.snoozed_until is None else ("wake",)
    if state == RAISED:
        return ("acknowledge",)
    if state == ACKNOWLEDGED:
        return ("verify", *rest)
    if state == VERIFIED and body.verdict == FALSE:
        return ("verify", "review-false") if body.awaits_review else ("verify", "ask-lift", *rest)
    if state == VERIFIED:
        return ("plan", *rest)
    if state == PLANNED:
        return ("handle", "plan", *rest)
    return ("ask-lift", "plan", *rest)


def _why_awake(case: Case, body: WarningBody, terms: Terms) -> Sentence | None:
    level = case.level or body.first_level
    limit = terms.lifecycle.snooze_days[level]
    if limit == 0:
        return sentence("since it is {level}, which is never snoozed; deal with it, or refer it upward", level=level)
    if body.snoozed_days >= limit:
        return sentence(
            "since a warning of {level} rests for {limit} working days in all, and they are used up",
            level=level,
            limit=limit,
        )
    day, name = min(running(case.state, body))
    if day < terms.today:
        return sentence("since '{deadline}' was due on {day}; what is late is not put off", deadline=name, day=day)
    return None


def _why_kept(body: WarningBody, terms: Terms) -> Sentence | None:
    """Return why a warning cannot be lifted, or go down a level, yet."""
    apart, seen = terms.verification.steps_apart, body.seen_since_step
    if seen is not None and seen < apart:
        return sentence(
            "since {apart} newer batches must be observed after its last step down, and {seen} have been",
            apart=apart,
            seen=seen,
        )
    if body.verdict == FALSE:
        facts = standing_facts(body, terms.policy)
        if not facts:
            return None
        return sentence("since the book itself says {signals}; have the book corrected at its source", signals=facts)
    observations = terms.lifecycle.gone_observations
    left = standing_in_the_way(body, observations)
    if not left:
        return None
    gone = {note.code: note.gone_observations for note in body.signals}
    told = tuple(sentence("{signal} has been gone for {times}", signal=code, times=gone[code]) for code in left)
    return sentence(
        "since its signals must be gone for {observations} batches in a row and {told}",
        observations=observations,
        told=told,
    )
