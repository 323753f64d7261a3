"""Lifting a warning: asked for in writing, decided by somebody more senior, never by itself.

When     every signal gone for as many batches as the policy wants, or the borrower unseen for as many, or the warning
         false; what was sampled is reviewed first
Steps    a warning that was ever red goes down one level per lifting, red → orange → yellow → lifted, each asked for and
         decided anew, with newer batches observed in between; others are lifted at once
Second   another person, more senior than who asked; at head office another of head office. Nobody decides on a verdict
         of their own
"""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from typing import Any

from sqlalchemy import func, select

from ews.casework.desk import Desk
from ews.casework.warnings.act import Act, acting, done
from ews.casework.warnings.body import LIFTED
from ews.casework.warnings.deadlines import follow_up
from ews.casework.warnings.deciding import require_lifter
from ews.casework.written import written
from ews.domain.levels import WarningLevel
from ews.domain.people import Actor
from ews.domain.text import sentence
from ews.store.cases import Case
from ews.store.tables import batches

_DOWN = {WarningLevel.RED: WarningLevel.ORANGE, WarningLevel.ORANGE: WarningLevel.YELLOW}
_NOT_ASKED: Mapping[str, Any] = {"lift_asked_by": None, "lift_asked_rank": 0, "lift_evidence": None, "lift_by": None}
_AWAKE: Mapping[str, Any] = {"snoozed_until": None, "snoozed_by": None}


def ask_lift(
    desk: Desk,
    actor: Actor,
    case_id: str,
    *,
    evidence: str,
    version: int,
    learnt: str | None = None,
    request_id: str | None = None,
) -> Case:
    """Ask that it be lifted, with written evidence; `learnt` is kept for the next application."""
    with acting(desk, actor, "ask-lift", case_id, version=version, request_id=request_id) as act:
        evidence = written(evidence, sentence("evidence"))
        content = {"evidence": evidence}
        if learnt is not None:
            content["learnt"] = written(learnt, sentence("lesson"))
        lift_by = act.terms.after(act.terms.lifecycle.escalation_days[_level(act.case)])
        asked = {"lift_asked_by": actor.user_id, "lift_asked_rank": actor.seniority, "lift_by": lift_by}
        return done(act, content, {**asked, "lift_evidence": evidence})


def lift(
    desk: Desk, actor: Actor, case_id: str, *, version: int, reason: str | None = None, request_id: str | None = None
) -> Case:
    """Lift it, or let one that was ever red go down one level."""
    with acting(desk, actor, "lift", case_id, version=version, request_id=request_id) as act:
        require_lifter(actor, act.body)
        told = None if reason is None else written(reason, sentence("reason of the lifting"))
        level = _level(act.case)
        lower = _DOWN.get(level) if act.body.worst_level is WarningLevel.RED else None
        content = {"asked_by": act.body.lift_asked_by, "evidence": act.body.lift_evidence, "reason": told}
        if lower is None:
            case = replace(act.case, state=LIFTED, closed_at=act.work.at)
            return done(act, {**content, "from": level, "to": "lifted"}, _AWAKE, case)
        stepped = {"seen_since_step": 0, "step_counted_on": _newest_day(act)}
        changed = {**_NOT_ASKED, **stepped, "follow_up_by": follow_up(lower, act.terms)}
        return done(act, {**content, "from": level, "to": lower}, changed, replace(act.case, level=lower))


def refuse_lift(
    desk: Desk, actor: Actor, case_id: str, *, reason: str, version: int, request_id: str | None = None
) -> Case:
    """Refuse the lifting, with the reason; the warning goes on as before."""
    with acting(desk, actor, "refuse-lift", case_id, version=version, request_id=request_id) as act:
        require_lifter(actor, act.body)
        content = {"asked_by": act.body.lift_asked_by, "reason": written(reason, sentence("reason of the refusal"))}
        return done(act, content, {**_NOT_ASKED, "follow_up_by": follow_up(_level(act.case), act.terms)})


def _newest_day(act: Act) -> date:
    """Return the day of the newest batch, which is not newer than the step."""
    query = select(func.max(batches.c.as_of)).where(batches.c.portfolio == act.case.portfolio)
    return act.work.connection.execute(query).scalar() or act.body.as_of


def _level(case: Case) -> WarningLevel:
    return case.level or WarningLevel.YELLOW
