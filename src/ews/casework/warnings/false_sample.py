"""Review of warnings marked false: red ones and some others go to somebody else; what became of all is counted.

Sample   by a hash of the case id under the key of the log: the same whenever it is asked, and nobody who lacks the
         key can foresee or steer it
Red      each, to somebody more senior; to head office where the warning's route leads there
Counted  who was marked false, however it ended, and defaulted in a later batch
"""

import hashlib
import hmac
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Connection, select

from ews.casework.desk import Desk
from ews.casework.warnings.act import acting, done
from ews.casework.warnings.body import AGREES, DISAGREES, KIND, TRUE, Review, WarningBody, body_of
from ews.casework.warnings.deadlines import limits_for
from ews.casework.warnings.deciding import require_reviewer
from ews.casework.written import written
from ews.domain.levels import WarningLevel
from ews.domain.people import Actor
from ews.domain.text import sentence
from ews.store.cases import Case, CaseFilter, find_cases
from ews.store.tables import batches, decisions


@dataclass(frozen=True, slots=True)
class FalseRecord:
    """Warnings ever marked false: all, those sampled, reviewed and found true after all; `defaulted` by case id."""

    marked: int
    sampled: int
    reviewed: int
    disagreed: int
    defaulted: Mapping[str, date]


def is_sampled(key: bytes, case_id: str, share: float) -> bool:
    """Tell whether a warning marked false goes to somebody else; `share` from 0 to 1."""
    digest = hmac.new(key, f"false-sample:{case_id}".encode(), hashlib.sha256).digest()
    return int.from_bytes(digest[:8]) < share * 2**64


def review_false(
    desk: Desk,
    actor: Actor,
    case_id: str,
    *,
    review: Review,
    reason: str,
    version: int,
    request_id: str | None = None,
) -> Case:
    """Agree that a warning of the sample is false, or disagree: then it is true and a plan is due.

    SecondPersonError for whoever marked it false, and of a red one for who is not senior to them; ForbiddenError where
    its route asks for head office.
    """
    with acting(desk, actor, "review-false", case_id, version=version, request_id=request_id) as act:
        require_reviewer(actor, act.body)
        reason = written(reason, sentence("reason of the review"))
        content: dict[str, Any] = {"review": review, "reason": reason}
        told: dict[str, Any] = {"sample_review": review, "sample_by": actor.user_id, "review_by": None}
        if review == AGREES:
            return done(act, content, told)
        case = act.case
        limits = limits_for(
            act.terms,
            case.level or WarningLevel.YELLOW,
            act.body.codes,
            dpd=None,
            exposure_fen=case.exposure_fen,
            non_performing=act.body.non_performing,
        )
        content = {**content, "verdict": TRUE, "plan_by": limits.plan_by, "handle_by": limits.handle_by}
        days = {"plan_by": limits.plan_by, "handle_by": limits.handle_by, "follow_up_by": None}
        return done(act, content, {**told, **days, "verdict": TRUE})


def marked_false(connection: Connection, *, portfolio: str | None = None, branch_id: str | None = None) -> FalseRecord:
    """Return what became of the warnings that were ever marked false, as far as batches tell by now."""
    wanted = CaseFilter(kinds={KIND}, portfolio=portfolio, branch_id=branch_id)
    found = [(case, body_of(case)) for case in find_cases(connection, wanted)]
    marked = [(case, body) for case, body in found if body.marked_false_on is not None]
    return FalseRecord(
        len(marked),
        sum(body.sampled is True or body.sample_review is not None for _, body in marked),
        sum(body.sample_review is not None for _, body in marked),
        sum(body.sample_review == DISAGREES for _, body in marked),
        _defaulted(connection, marked),
    )


def _defaulted(connection: Connection, marked: Sequence[tuple[Case, WarningBody]]) -> dict[str, date]:
    """Return the first later batch in default by case id, of those who were not in default when they were marked."""
    wanted = sorted({case.borrower_id for case, _ in marked if case.borrower_id is not None})
    query = (
        select(batches.c.portfolio, decisions.c.borrower_id, batches.c.as_of)
        .join_from(decisions, batches, decisions.c.publication == batches.c.publication)
        .where(decisions.c.borrower_id.in_(wanted), decisions.c.in_default)
    )
    days: dict[tuple[str | None, str | None], set[date]] = {}
    for row in connection.execute(query) if wanted else ():
        days.setdefault((row.portfolio, row.borrower_id), set()).add(row.as_of)
    found = {}
    for case, body in marked:
        since = body.marked_false_on
        known = days.get((case.portfolio, case.borrower_id), set())
        later = [day for day in known if since is not None and day >= since]
        if later and not body.marked_in_default:
            found[case.case_id] = min(later)
    return found
