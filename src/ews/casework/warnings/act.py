"""An act on a warning: who does it, on which version, whether it may be done now; how it is stored, with deadlines."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any

from ews.casework.desk import Desk, Work, at_version, at_work, case_for, change_case
from ews.casework.rights import FIELD, require
from ews.casework.warnings.allowed import beside, by_state, hindrance, may_now
from ews.casework.warnings.body import KIND, WarningBody, body_of
from ews.casework.warnings.deadlines import Terms, settled, terms_of
from ews.casework.words import STATE_TEXTS
from ews.domain.errors import ForbiddenError, TransitionError
from ews.domain.people import HEAD_OFFICE, Actor
from ews.domain.text import Sentence, sentence
from ews.store.cases import Case


@dataclass(frozen=True, slots=True)
class Act:
    """What is known while somebody acts on a warning."""

    work: Work
    case: Case
    body: WarningBody
    terms: Terms
    verb: str

    @property
    def user_id(self) -> str:
        return self.work.actor.user_id


@contextmanager
def acting(
    desk: Desk, actor: Actor, verb: str, case_id: str, *, version: int, request_id: str | None = None
) -> Iterator[Act]:
    """Give the act of `verb`, the words of the API's path, once it is sure that the actor may do it now.

    UnknownCaseError, StaleVersionError, ForbiddenError and TransitionError, in this order.
    """
    with at_work(desk, actor, f"{KIND}.{verb}", case_id, request_id=request_id) as work:
        case = at_version(case_for(work, case_id, KIND), version)
        what = sentence("{verb} a warning", verb=verb)
        require(actor, FIELD, what)
        if actor.is_machine:
            message = sentence(
                "'{user_id}' is a machine and may not {what}: it takes a person.", user_id=actor.user_id, what=what
            )
            raise ForbiddenError(message)
        body, terms = body_of(case), terms_of(work)
        if verb not in (*by_state(case.state, body), *beside(case.state, body)):
            raise not_now(case, body, terms, verb)
        why = hindrance(verb, case, body, terms)
        if why is not None:
            raise not_now(case, body, terms, verb, sentence(", {why}", why=why))
        yield Act(work, case, body, terms, verb)


def not_now(case: Case, body: WarningBody, terms: Terms, verb: str, why: Sentence | None = None) -> TransitionError:
    """Return the error of a warning that something may not be done with now, which says what may be."""
    verbs = [one for one in may_now(case, body, terms) if one != verb]
    may = (
        sentence("What may be done now: {verbs}.", verbs=tuple(verbs))
        if verbs
        else sentence("Nothing more is done with it.")
    )
    marked = "" if body.verdict is None else sentence(", marked {verdict}", verdict=body.verdict)
    asked = "" if body.lift_asked_by is None else sentence(", lifting asked for")
    message = sentence(
        "Warning '{case_id}' is {state}{marked}{asked}: '{verb}' is not done now{why}. {may}",
        case_id=case.case_id,
        state=STATE_TEXTS[case.state],
        marked=marked,
        asked=asked,
        verb=verb,
        why=why or "",
        may=may,
    )
    return TransitionError(message)


def done(act: Act, content: Mapping[str, Any], changed: Mapping[str, Any], case: Case | None = None) -> Case:
    """Store the act: `changed` is what changes in the body, `case` is given where more than that changes.

    Whatever head office does, it has heard of the warning.
    """
    body = replace(act.body, **changed)
    if not body.is_reported and act.work.actor.seniority >= HEAD_OFFICE:
        body = replace(body, reported_on=act.work.today)
    return change_case(act.work, settled(case or act.case, body, act.terms), act.verb, content)
