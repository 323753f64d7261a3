"""Drift (漂移): the grades that the champion gives, against those of its first batch.

Champion  the model of the newest batch; the base is the first batch of the history with it
Whom      borrowers who are not in default, for the others get no grade from the model
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from ews.monitoring.figures import added
from ews.monitoring.history import History
from ews.monitoring.stability import Shift, shift
from ews.monitoring.traces import Tallies
from ews.store.publications import seen_once


@dataclass(frozen=True, slots=True)
class GradeDrift:
    """`since` is the as_of of the base; `seen_once` are the feature families that only one of the two batches saw."""

    as_of: date
    batch_id: str
    since: date
    shift: Shift
    seen_once: tuple[str, ...] = ()


def grade_drift(history: History, branch_id: str | None = None) -> tuple[GradeDrift, ...]:
    """Return the drift of each later batch of the champion, oldest first; none where there is no later one."""
    own = [one for one in history.traces if one.publication.batch.model_id == history.newest.batch.model_id]
    base, *later = own
    counts = _grades(base.tallies, branch_id)
    return tuple(
        GradeDrift(
            one.publication.batch.as_of,
            one.publication.batch.batch_id,
            base.publication.batch.as_of,
            shift(counts, _grades(one.tallies, branch_id)),
            seen_once(one.publication.batch, base.publication.batch),
        )
        for one in later
    )


def _grades(tallies: Tallies, branch_id: str | None) -> Mapping[str, int]:
    found = ~tallies.in_default
    if branch_id is not None:
        found &= tallies.branch.codes == tallies.branch.code(branch_id)
    counts = added(tallies.borrowers[found], tallies.grade.codes[found], len(tallies.grade.words))
    return dict(zip(tallies.grade.words, counts.tolist(), strict=True))
