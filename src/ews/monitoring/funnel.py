"""Funnel (三道过滤): from all borrowers of the newest batch to the warnings that a person found true.

By model      borrowers whose grade warns, by the codes given; without them what the batch itself counted, which is
              known for the whole book only, and without the money
By rules      borrowers with any other signal, as the batch counted them: whole book only, without the money. Who has
              both is in both
Warned        borrowers with a warning level
Handed out    borrowers with a warning that this batch raised; what waits for a later week is not among them
Acknowledged  of these, who has one that somebody has seen
True, false   of these, who has one found true; one found false and none found true. What nobody has verified is neither
Money         of borrowers, each once however many warnings; unknown exposure is counted apart
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, Row, cast, func, select
from sqlalchemy.dialects.postgresql import JSONB

from ews.domain.errors import RequestError
from ews.monitoring.figures import by, totals
from ews.monitoring.filters import WARNED, Filter
from ews.monitoring.frame import BookFrame
from ews.store.engine import Store, reading
from ews.store.publications import Publication
from ews.store.tables import cases

KIND = "warning"


class Stage(StrEnum):
    SCORED = "scored"
    BY_MODEL = "by_model"
    BY_RULES = "by_rules"
    WARNED = "warned"
    HANDED_OUT = "handed_out"
    ACKNOWLEDGED = "acknowledged"
    TRUE = "verified_true"
    FALSE = "verified_false"


@dataclass(frozen=True, slots=True)
class Step:
    """What is null is not known; `warnings` is null where warnings are not yet handed out."""

    stage: Stage
    borrowers: int | None
    exposure_fen: int | None = None
    exposure_unknown: int | None = None
    warnings: int | None = None


def funnel(
    store: Store, frame: BookFrame, branch_id: str | None = None, warning_grades: Collection[str] = ()
) -> tuple[Step, ...]:
    """Return the steps in their order; `warning_grades` are the grades for which the policy warns."""
    wanted = Filter(branch_id=branch_id)
    return (
        _book(Stage.SCORED, frame, wanted),
        _by_model(frame, wanted, warning_grades),
        Step(Stage.BY_RULES, _counted(frame, "by_rules", branch_id)),
        _book(Stage.WARNED, frame, Filter(branch_id=branch_id, level=WARNED)),
        *_worked_on(store, frame.publication, branch_id),
    )


def borrowers_at(store: Store, publication: Publication, stage: Stage, branch_id: str | None = None) -> frozenset[str]:
    """Return the borrowers whose warnings of this batch came to a stage from HANDED_OUT on, as `funnel` counts them."""
    rows = [tuple(row) for row in _warnings(store, publication, branch_id)]
    truly = frozenset(who for who, _, _, verdict in rows if verdict == "true")
    match stage:
        case Stage.HANDED_OUT:
            return frozenset(who for who, *_ in rows)
        case Stage.ACKNOWLEDGED:
            return frozenset(who for who, _, is_acknowledged, _ in rows if is_acknowledged)
        case Stage.TRUE:
            return truly
        case Stage.FALSE:
            return frozenset(who for who, _, _, verdict in rows if verdict == "false") - truly
        case _:
            message = f"There are no warnings at '{stage}'. Give a stage from '{Stage.HANDED_OUT}' on."
            raise RequestError(message)


def _book(stage: Stage, frame: BookFrame, wanted: Filter) -> Step:
    now = totals(frame, wanted).now
    return Step(stage, now.borrowers, now.exposure_fen, now.exposure_unknown)


def _by_model(frame: BookFrame, wanted: Filter, warning_grades: Collection[str]) -> Step:
    if not warning_grades:
        return Step(Stage.BY_MODEL, _counted(frame, "by_model", wanted.branch_id))
    found = [one.now for one in by(frame, wanted, "grade") if one.key in warning_grades]
    sums = (sum(getattr(one, name) for one in found) for name in ("borrowers", "exposure_fen", "exposure_unknown"))
    return Step(Stage.BY_MODEL, *sums)


def _counted(frame: BookFrame, name: str, branch_id: str | None) -> int | None:
    caseload = frame.publication.batch.summary.get("caseload", {})
    found: int | None = caseload.get(name) if branch_id is None else None
    return found


def _worked_on(store: Store, publication: Publication, branch_id: str | None) -> list[Step]:
    rows = [tuple(row) for row in _warnings(store, publication, branch_id)]
    exposure = {who: money for who, money, _, _ in rows}
    truly = [who for who, _, _, verdict in rows if verdict == "true"]
    return [
        _step(Stage.HANDED_OUT, [who for who, _, _, _ in rows], exposure),
        _step(Stage.ACKNOWLEDGED, [who for who, _, is_acknowledged, _ in rows if is_acknowledged], exposure),
        _step(Stage.TRUE, truly, exposure),
        _step(Stage.FALSE, [who for who, _, _, verdict in rows if verdict == "false"], exposure, frozenset(truly)),
    ]


def _step(
    stage: Stage, warned: Sequence[str], exposure: Mapping[str, int | None], without: frozenset[str] = frozenset()
) -> Step:
    """Return the step of those who have a warning each in `warned`, without some of them."""
    money = [exposure[who] for who in set(warned) - without]
    known = [one for one in money if one is not None]
    return Step(stage, len(money), sum(known), len(money) - len(known), len(warned))


def _warnings(store: Store, publication: Publication, branch_id: str | None) -> Sequence[Row[Any]]:
    """Return borrower, exposure, whether acknowledged and verdict of the warnings that the batch raised, by number."""
    query = select(
        cases.c.borrower_id,
        cases.c.exposure_fen,
        _told(store, "acknowledged_by").is_not(None).label("acknowledged"),
        _told(store, "verdict").label("verdict"),
    ).where(
        cases.c.kind == KIND,
        cases.c.number > _last_before(publication),
        cases.c.portfolio == publication.batch.portfolio,
        _told(store, "batch_id") == publication.batch.batch_id,
        *(() if branch_id is None else (cases.c.branch_id == branch_id,)),
    )
    with reading(store) as connection:
        return connection.execute(query.order_by(cases.c.number)).all()


def _last_before(publication: Publication) -> ColumnElement[int]:
    """Return the number of the last warning opened before the publication: those before it need not be read."""
    earlier = select(cases.c.number).where(cases.c.kind == KIND, cases.c.opened_at < publication.published_at)
    return func.coalesce(earlier.order_by(cases.c.number.desc()).limit(1).scalar_subquery(), 0)


def _told(store: Store, name: str) -> ColumnElement[Any]:
    """Return a field of the body of a case as text."""
    on_postgresql: ColumnElement[Any] = cast(cases.c.body, JSONB)[name].astext
    return on_postgresql if store.on_postgresql else func.json_extract(cases.c.body, f"$.{name}")
