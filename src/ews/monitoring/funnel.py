"""Funnel (三道过滤): from all borrowers of the newest batch to the warnings that a person found true.

By model      borrowers whose grade warns, by the codes given; without them what the batch itself counted, which is
              known for the whole book only, and without the money
By rules      borrowers with any other signal that holds, by the ids given; without them as by model. Who has both is in
              both
Warned        borrowers with a warning level: also where a signal is carried or lingers
Handed out    of the warned, who has a warning on somebody's desk, whichever batch raised it: one that is open, or was
              closed after the day of the batch. What waits for a later week is not among them
Acknowledged  of these, who has one that somebody has seen
True, false   of these, who has one found true; one found false and none found true. What nobody has verified is neither
Days          the day of the batch and the days on which people act are the bank's; when a batch was published, or
              published anew, does not matter
Money         of borrowers as the batch has it, each once however many warnings; unknown exposure is counted apart
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from enum import StrEnum
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray
from sqlalchemy import ColumnElement, Select, case, cast, func, null, or_, select
from sqlalchemy.dialects.postgresql import JSONB

from ews.monitoring.figures import counted
from ews.monitoring.filters import WARNED, Filter, chosen
from ews.monitoring.frame import BookFrame, Flags
from ews.store.engine import Store, reading
from ews.store.tables import cases

KIND = "warning"
_UNSEEN = "raised"
_UNVERIFIED = (_UNSEEN, "acknowledged")
"""States in which a warning has no verdict, so that its body need not be read."""

Numbers = NDArray[np.int64]


class Stage(StrEnum):
    SCORED = "scored"
    BY_MODEL = "by_model"
    BY_RULES = "by_rules"
    WARNED = "warned"
    HANDED_OUT = "handed_out"
    ACKNOWLEDGED = "acknowledged"
    TRUE = "verified_true"
    FALSE = "verified_false"


_WORKED_ON = (Stage.HANDED_OUT, Stage.ACKNOWLEDGED, Stage.TRUE, Stage.FALSE)


@dataclass(frozen=True, slots=True)
class Signals:
    """What warns in the batch: grades of the policy, and who has a signal of the rules; null where it is not known."""

    grades: Collection[str] = ()
    ruled: Collection[str] | None = None


@dataclass(frozen=True, slots=True)
class Step:
    """What is null is not known; `warnings` is null where warnings are not yet handed out."""

    stage: Stage
    borrowers: int | None
    exposure_fen: int | None = None
    exposure_unknown: int | None = None
    warnings: int | None = None


_NOTHING_KNOWN = Signals()


def funnel(
    store: Store, frame: BookFrame, branch_id: str | None = None, signals: Signals = _NOTHING_KNOWN
) -> tuple[Step, ...]:
    """Return the steps in their order."""
    part = chosen(frame, Filter(branch_id=branch_id)) & frame.now.is_in
    warnings = _warnings(store, frame)
    return (
        _step(Stage.SCORED, frame, part),
        _signalled(Stage.BY_MODEL, frame, part, branch_id, signals),
        _signalled(Stage.BY_RULES, frame, part, branch_id, signals),
        _step(Stage.WARNED, frame, part & _warned(frame)),
        *(
            _step(stage, frame, part & _worked_on(frame, warnings, stage), int(warnings[stage][part].sum()))
            for stage in _WORKED_ON
        ),
    )


def borrowers_at(store: Store, frame: BookFrame, stage: Stage, signals: Signals = _NOTHING_KNOWN) -> Flags:
    """Return who came to a stage, as `funnel` counts them; nobody where that is not known."""
    match stage:
        case Stage.SCORED:
            return frame.now.is_in
        case Stage.WARNED:
            return _warned(frame)
        case Stage.BY_MODEL | Stage.BY_RULES:
            found = _by_signal(stage, frame, signals)
            return np.zeros(frame.rows, np.bool_) if found is None else found
        case _:
            return _worked_on(frame, _warnings(store, frame), stage)


def _step(stage: Stage, frame: BookFrame, found: Flags, warnings: int | None = None) -> Step:
    now = counted(frame.now, found)
    return Step(stage, now.borrowers, now.exposure_fen, int((found & ~frame.now.exposure.known).sum()), warnings)


def _signalled(stage: Stage, frame: BookFrame, part: Flags, branch_id: str | None, signals: Signals) -> Step:
    found = _by_signal(stage, frame, signals)
    if found is not None:
        return _step(stage, frame, part & found)
    caseload = frame.publication.batch.summary.get("caseload", {})
    return Step(stage, caseload.get(stage.value) if branch_id is None else None)


def _by_signal(stage: Stage, frame: BookFrame, signals: Signals) -> Flags | None:
    """Return whom the model, or a rule, warns of; None where that is not known by borrower."""
    if stage is Stage.BY_RULES:
        return None if signals.ruled is None else _is_among(frame, signals.ruled) & frame.now.is_in
    ranks = [rank for rank, one in enumerate(frame.scales["grade"]) if one in signals.grades]
    return np.isin(frame.now.ranks["grade"], ranks) & frame.now.is_in if signals.grades else None


def _is_among(frame: BookFrame, ids: Collection[str]) -> Flags:
    return np.asarray(pc.is_in(frame.borrower_id, value_set=pa.array(sorted(ids), pa.string())))


def _warned(frame: BookFrame) -> Flags:
    return chosen(frame, Filter(level=WARNED))


def _worked_on(frame: BookFrame, warnings: Mapping[Stage, Numbers], stage: Stage) -> Flags:
    found: Flags = (warnings[stage] > 0) & frame.now.is_in
    return found & (warnings[Stage.TRUE] == 0) if stage is Stage.FALSE else found


def _warnings(store: Store, frame: BookFrame) -> Mapping[Stage, Numbers]:
    """Return by stage how many warnings each borrower of the frame has there; none who is not warned."""
    with reading(store) as connection:
        rows = connection.execute(_query(store, frame)).all()
    ids, states, verdicts = zip(*rows, strict=True) if rows else ((), (), ())
    places = np.asarray(pc.fill_null(pc.index_in(pa.array(ids, pa.string()), value_set=frame.borrower_id), -1))
    state, verdict = np.array(states, object), np.array(verdicts, object)
    is_at = {
        Stage.HANDED_OUT: np.ones(len(ids), np.bool_),
        Stage.ACKNOWLEDGED: state != _UNSEEN,
        Stage.TRUE: verdict == "true",
        Stage.FALSE: verdict == "false",
    }
    is_warned = _warned(frame)
    return {
        stage: np.bincount(places[is_one & (places >= 0)], minlength=frame.rows) * is_warned
        for stage, is_one in is_at.items()
    }


def _query(store: Store, frame: BookFrame) -> Select[Any]:
    batch = frame.publication.batch
    day_after = datetime.combine(batch.as_of + timedelta(days=1), time())
    return select(
        cases.c.borrower_id,
        cases.c.state,
        case((cases.c.state.in_(_UNVERIFIED), null()), else_=_told(store, "verdict")),
    ).where(
        cases.c.kind == KIND,
        cases.c.portfolio == batch.portfolio,
        or_(cases.c.closed_at.is_(None), cases.c.closed_at >= day_after),
    )


def _told(store: Store, name: str) -> ColumnElement[Any]:
    """Return a field of the body of a case as text."""
    on_postgresql: ColumnElement[Any] = cast(cases.c.body, JSONB)[name].astext
    return on_postgresql if store.on_postgresql else func.json_extract(cases.c.body, f"$.{name}")
