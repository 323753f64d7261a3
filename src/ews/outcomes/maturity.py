"""Maturity clock (标签成熟度): which share of which snapshot can be judged, and when the rest can.

Grain   one entry per snapshot; borrowers with a live loan, not in default on as_of
Reads   labels and what they read
Mature  the horizon has ended within what the book speaks of (outcomes/labels.py). Only such labels train and test
Decided the label can change no more, be it mature or not: who has defaulted, or left for good, within the horizon so
        far, and everybody once it has ended. at_risk = defaulted + left + survived + open
Clock   `known_by` is the day asked about, `reach` the last day of which the book can tell defaults; a snapshot matures
        on `matures_on`, if the feeds go on to that day
"""

from dataclasses import dataclass
from datetime import date
from typing import Any

import ibis
import ibis.expr.types as ir

from ews.events.book import Book
from ews.outcomes.definition import Definition
from ews.outcomes.horizon import months_later
from ews.outcomes.labels import at_risk, label_reach, labels, seen_reach
from ews.outcomes.standing import standing


@dataclass(frozen=True, slots=True)
class SnapshotMaturity:
    """`open` are those at risk whose label may still change; `mature` counts rows, not whole snapshots."""

    as_of: date
    matures_on: date
    at_risk: int
    mature: int
    defaulted: int
    left: int
    survived: int
    open: int

    @property
    def share_mature(self) -> float | None:
        """Return the share of the snapshot that may train and test, null where nobody was at risk."""
        return self.mature / self.at_risk if self.at_risk else None

    @property
    def share_decided(self) -> float | None:
        """Return the share whose label can change no more, null where nobody was at risk."""
        return (self.at_risk - self.open) / self.at_risk if self.at_risk else None


@dataclass(frozen=True, slots=True)
class Maturity:
    """`snapshots` oldest first."""

    known_by: date
    reach: date
    snapshots: tuple[SnapshotMaturity, ...]

    def share_mature_by(self, day: date) -> float | None:
        """Return the share of all rows that is mature by `day` if the feeds go on, null where nobody was at risk."""
        rows = sum(one.at_risk for one in self.snapshots)
        mature = sum(one.at_risk if one.matures_on <= day else one.mature for one in self.snapshots)
        return mature / rows if rows else None

    def as_dict(self) -> dict[str, Any]:
        """Return the clock as plain values, ready for JSON."""
        return {
            "known_by": self.known_by.isoformat(),
            "reach": self.reach.isoformat(),
            "share_mature": self.share_mature_by(date.min),
            "snapshots": [
                {
                    "as_of": one.as_of.isoformat(),
                    "matures_on": one.matures_on.isoformat(),
                    "at_risk": one.at_risk,
                    "mature": one.mature,
                    "share_mature": one.share_mature,
                    "defaulted": one.defaulted,
                    "left": one.left,
                    "survived": one.survived,
                    "open": one.open,
                    "share_decided": one.share_decided,
                }
                for one in self.snapshots
            ],
        }


def maturity(book: Book, spine: ir.Table, definition: Definition, *, known_by: date) -> Maturity:
    """Return how mature the labels of `spine` (borrower_id, as_of, known_by) are, by what was known on `known_by`."""
    reach = label_reach(book, definition, known_by)
    rows = at_risk(labels(book, spine, definition, known_by=known_by))
    # Nobody can be seen to have left later than the book tells.
    seen_on = ibis.least(rows.ends_on, ibis.literal(seen_reach(book, definition, known_by))).cast("date")
    rows = rows.mutate(seen_on=ibis.greatest(seen_on, rows.as_of).cast("date"))
    days = rows.select("borrower_id", as_of="seen_on", known_by=ibis.literal(known_by)).distinct()
    later = standing(book, days, definition).select("borrower_id", seen_on="as_of", live_later="live")
    rows = rows.left_join(later, ["borrower_id", "seen_on"]).select(*rows.columns, "live_later")
    defaulted = rows.defaulted == 1
    left = ~defaulted & ~rows.live_later.fill_null(True)
    survived = ~defaulted & ~left & rows.mature
    found = rows.group_by("as_of").aggregate(
        at_risk=rows.count(),
        mature=rows.mature.sum(),
        defaulted=defaulted.sum(),
        left=left.sum(),
        survived=survived.sum(),
        open=(~defaulted & ~left & ~rows.mature).sum(),
    )
    told = {row["as_of"]: row for row in found.to_pyarrow().to_pylist()}
    every = spine.select("as_of").distinct().order_by("as_of").to_pyarrow()["as_of"].to_pylist()
    nobody = dict.fromkeys(("at_risk", "mature", "defaulted", "left", "survived", "open"), 0)
    snapshots = tuple(
        SnapshotMaturity(
            **{**nobody, **told.get(day, {}), "as_of": day, "matures_on": months_later(day, definition.horizon_months)}
        )
        for day in every
    )
    return Maturity(known_by, reach, snapshots)
