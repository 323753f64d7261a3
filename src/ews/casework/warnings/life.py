"""Warnings: raised → acknowledged → verified → planned → handled → lifted, each step by a person, none by itself.

Verify   true or false, with a reason and how it was found out; a red that is not verified lets no credit line be cut
Snooze   working days up to the policy's limit for the level, all snoozes of a warning together; none for red.
         Deadlines that fall into it move to its last day, which the act tells. Taken back, it gives the days
         that are left, and those deadlines, back
Elsewhere intake (raising, joining), sweep (escalation, waking), false_sample (review of false ones), lifting
"""

from dataclasses import replace
from datetime import date
from typing import Any

from sqlalchemy import Connection

from ews.casework.desk import Desk
from ews.casework.warnings.act import Act, acting, done, not_now
from ews.casework.warnings.body import (
    ACKNOWLEDGED,
    FALSE,
    HANDLED,
    KIND,
    PLANNED,
    TRUE,
    VERIFIED,
    Verdict,
    WarningBody,
    body_of,
)
from ews.casework.warnings.deadlines import follow_up
from ews.casework.warnings.false_sample import is_sampled
from ews.casework.warnings.grounds import check_grounds
from ews.casework.written import written
from ews.domain.errors import RequestError
from ews.domain.levels import WarningLevel
from ews.domain.people import Actor
from ews.domain.text import sentence
from ews.store.cases import Case, CaseFilter, acts_of, find_cases

_RESTING = ("plan_by", "handle_by", "follow_up_by")
"""Deadlines that a snooze may move; nobody is kept waiting for a review or a lifting."""


def acknowledge(desk: Desk, actor: Actor, case_id: str, *, version: int, request_id: str | None = None) -> Case:
    """Say that somebody has seen it and sees to it."""
    with acting(desk, actor, "acknowledge", case_id, version=version, request_id=request_id) as act:
        return done(act, {}, {"acknowledged_by": actor.user_id}, replace(act.case, state=ACKNOWLEDGED))


def report(desk: Desk, actor: Actor, case_id: str, *, how: str, version: int, request_id: str | None = None) -> Case:
    """Record that head office was told of a large red one, and how."""
    with acting(desk, actor, "report", case_id, version=version, request_id=request_id) as act:
        return done(act, {"how": written(how, sentence("way it was reported"))}, {"reported_on": act.work.today})


def verify(  # noqa: PLR0913 - what a verdict consists of
    desk: Desk,
    actor: Actor,
    case_id: str,
    *,
    verdict: Verdict,
    reason: str,
    how: str,
    version: int,
    check_id: str | None = None,
    cause: str | None = None,
    request_id: str | None = None,
) -> Case:
    """Say whether it is true, why, and how that was found out; `check_id` names the check that found it.

    Errors as in `grounds`. Every red one that is found false goes to somebody more senior, and some of the others,
    which nobody can foresee, to somebody else. What was marked false may later be found true, not the other way round.
    """
    with acting(desk, actor, "verify", case_id, version=version, request_id=request_id) as act:
        if act.body.verdict == FALSE and verdict == FALSE:
            raise not_now(
                act.case,
                act.body,
                act.terms,
                "verify",
                sentence(" for it is marked false already; it may be found true"),
            )
        reason = written(reason, sentence("reason of the verdict"))
        check_grounds(act, verdict, how, check_id, cause)
        content = {"verdict": verdict, "reason": reason, "how": how, "check_id": check_id, "cause": cause}
        told: dict[str, Any] = {
            "verdict": verdict,
            "verdict_reason": reason,
            "verified_how": how,
            "verified_by": actor.user_id,
            "verified_rank": actor.seniority,
            "verified_on": act.work.today,
            "check_id": check_id,
            "cause": cause,
        }
        case = replace(act.case, state=VERIFIED)
        if verdict == TRUE:
            return done(act, content, {**told, "sampled": None, "review_by": None, "sample_review": None}, case)
        sampled = act.body.worst_level is WarningLevel.RED or is_sampled(
            desk.audit_key, case_id, act.terms.lifecycle.false_sample_share
        )
        return done(act, {**content, "sampled": sampled}, told | _marked_false(act, sampled=sampled), case)


def _marked_false(act: Act, *, sampled: bool) -> dict[str, Any]:
    return {
        "sampled": sampled,
        "sample_review": None,
        "sample_by": None,
        "marked_false_on": act.work.today,
        "marked_in_default": act.body.in_default,
        "review_by": act.terms.after(act.terms.lifecycle.false_review_days) if sampled else None,
        "follow_up_by": follow_up(_level(act.case), act.terms),
    }


def plan(desk: Desk, actor: Actor, case_id: str, *, text: str, version: int, request_id: str | None = None) -> Case:
    """Write what will be done; a plan made anew after the handling gets days of its own."""
    with acting(desk, actor, "plan", case_id, version=version, request_id=request_id) as act:
        text = written(text, sentence("plan"))
        planned: dict[str, Any] = {"plan": text, "planned_by": actor.user_id}
        if act.case.state == HANDLED:
            planned |= {"handle_by": follow_up(_level(act.case), act.terms), "follow_up_by": None}
        return done(act, {"plan": text}, planned, replace(act.case, state=PLANNED))


def handle(desk: Desk, actor: Actor, case_id: str, *, text: str, version: int, request_id: str | None = None) -> Case:
    """Write what was done; until it is lifted, it has to be looked at again by `follow_up_by`."""
    with acting(desk, actor, "handle", case_id, version=version, request_id=request_id) as act:
        content = {"done": written(text, sentence("account of what was done"))}
        handled = {"handled_by": actor.user_id, "follow_up_by": follow_up(_level(act.case), act.terms)}
        return done(act, content, handled, replace(act.case, state=HANDLED))


def snooze(
    desk: Desk,
    actor: Actor,
    case_id: str,
    *,
    until: date,
    reason: str,
    version: int,
    request_id: str | None = None,
) -> Case:
    """Let it rest until a day; RequestError for a day that is not ahead, or beyond what the level allows."""
    with acting(desk, actor, "snooze", case_id, version=version, request_id=request_id) as act:
        reason = written(reason, sentence("reason of the snooze"))
        used = act.body.snoozed_days + _days_of_rest(act, until)
        moved = _moved(act, until)
        content = {
            "until": until,
            "reason": reason,
            "moved": [{"deadline": name, "from": getattr(act.body, name), "to": day} for name, day in moved.items()],
        }
        rests = {"snoozed_until": until, "snoozed_by": actor.user_id, "snoozed_days": used}
        return done(act, content, {**rests, **moved})


def wake(desk: Desk, actor: Actor, case_id: str, *, version: int, request_id: str | None = None) -> Case:
    """Take a snooze back: the days that are left of it may be used again, and its deadlines are what they were."""
    with acting(desk, actor, "wake", case_id, version=version, request_id=request_id) as act:
        until, today = act.body.snoozed_until, act.work.today
        left = 0 if until is None or until <= today else act.terms.calendar.between(today, until)
        back = _moved_back(act) if left else {}
        told = [{"deadline": name, "from": getattr(act.body, name), "to": day} for name, day in back.items()]
        awake = {"snoozed_until": None, "snoozed_by": None, "snoozed_days": act.body.snoozed_days - left}
        return done(act, {"snoozed_until": until, "moved": told}, {**awake, **back})


def blocks_cutting(connection: Connection, portfolio: str | None, borrower_id: str | None) -> tuple[str, ...]:
    """Return the red warnings of a borrower whose facts nobody has verified yet: until then no credit line is cut."""
    wanted = CaseFilter(kinds={KIND}, portfolio=portfolio, borrower_id=borrower_id, is_open=True)
    red = [case for case in find_cases(connection, wanted) if case.level is WarningLevel.RED]
    return tuple(case.case_id for case in red if _is_unverified(body_of(case)))


def found_false_only(connection: Connection, portfolio: str | None, borrower_id: str | None) -> tuple[str, ...]:
    """Return the open warnings of a borrower where each of them was found false; none where one was not, or none is."""
    wanted = CaseFilter(kinds={KIND}, portfolio=portfolio, borrower_id=borrower_id, is_open=True)
    found = [(case.case_id, body_of(case).verdict) for case in find_cases(connection, wanted)]
    return tuple(case_id for case_id, _ in found) if all(verdict == FALSE for _, verdict in found) else ()


def _is_unverified(body: WarningBody) -> bool:
    return body.verdict is None or body.awaits_review


def _days_of_rest(act: Act, until: date) -> int:
    """Return the working days that a snooze takes; RequestError where it may not be."""
    level = _level(act.case)
    limit, today = act.terms.lifecycle.snooze_days[level], act.work.today
    if until <= today:
        message = sentence(
            "The snooze ends on {until}, which is not after today, {today}. Give a later day.", until=until, today=today
        )
        raise RequestError(message)
    days = act.terms.calendar.between(today, until)
    if act.body.snoozed_days + days > limit:
        message = sentence(
            "Until {until} it would rest for {days} working days, after {before} before; a warning of {level} "
            "rests for {limit} in all. Give a day up to {last}.",
            until=until,
            days=days,
            before=act.body.snoozed_days,
            level=level,
            limit=limit,
            last=act.terms.after(limit - act.body.snoozed_days),
        )
        raise RequestError(message)
    return days


def _moved(act: Act, until: date) -> dict[str, date]:
    """Return the deadlines that fall into the snooze, moved to the first working day from its end on."""
    end = act.terms.calendar.after(until, 0)
    running = {name: getattr(act.body, name) for name in _RESTING}
    return {name: end for name, day in running.items() if day is not None and act.work.today <= day < end}


def _moved_back(act: Act) -> dict[str, date]:
    """Return the deadlines that the snooze moved as they were, none before today; those set anew since stay."""
    snoozes = [one for one in acts_of(act.work.connection, [act.case.case_id]) if one.verb == "snooze"]
    first = act.terms.calendar.after(act.work.today, 0)
    moved = [
        (one["deadline"], date.fromisoformat(one["from"]), date.fromisoformat(one["to"]))
        for one in snoozes[-1].content["moved"]
    ]
    return {name: max(day, first) for name, day, to in moved if getattr(act.body, name) == to}


def _level(case: Case) -> WarningLevel:
    return case.level or WarningLevel.YELLOW
