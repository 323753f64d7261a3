"""Frames made of rows as small as can be, without a store."""

from datetime import date
from typing import Any

import pyarrow as pa
from hypothesis import strategies as st

from ews.monitoring.columns import SCHEMA
from ews.monitoring.frame import BookFrame
from ews.monitoring.load import framed
from ews.store.publications import Publication
from tests.store.samples import NOON, batch

GRADES = ("G1", "G5", "G9", "D")
JULY = date(2026, 7, 31)


def person(borrower_id: str, **changed: Any) -> dict[str, Any]:
    """Return a sound borrower of branch b1 who owes 100 fen; `tier_rank` and `level_rank` from 0 for the best."""
    usual = {
        "borrower_id": borrower_id,
        "name": f"Firm {borrower_id}",
        "branch_id": "b1",
        "officer_id": "o1",
        "industry": "retail",
        "region": "Hangzhou",
        "top_reason": "PAYS_LATE",
        "pd": 0.02,
        "grade": "G5",
        "tier_rank": 0,
        "level_rank": 0,
        "stage": 1,
        "in_default": False,
        "exposure_fen": 100,
        "expected_loss_fen": 2,
        "provision_fen": 1,
    }
    return {**usual, **changed}


def fallen(borrower_id: str, **changed: Any) -> dict[str, Any]:
    """Return a borrower in default."""
    worst = {"pd": None, "grade": "D", "tier_rank": 2, "level_rank": 3, "stage": 3, "in_default": True}
    return person(borrower_id, **{**worst, **changed})


def frame_of(now: list[dict[str, Any]], then: list[dict[str, Any]] | None = None, grades=GRADES) -> BookFrame:
    """Return a frame of these borrowers, compared with nothing where `then` is None."""
    compared = None if then is None else publication(1, "b1", JULY.replace(month=6, day=30))
    return framed(publication(2, "b2", JULY), compared, _columns(now), _columns(then or []), grades)


def publication(number: int, batch_id: str, as_of: date, **changed: Any) -> Publication:
    return Publication(number, NOON, batch(batch_id, [], as_of=as_of, known_by=as_of, **changed), (), False, True)


_WORD = st.sampled_from(["x", "y", None])
_PERSON = st.fixed_dictionaries(
    {
        "branch_id": _WORD,
        "officer_id": _WORD,
        "industry": _WORD,
        "region": _WORD,
        "top_reason": _WORD,
        "pd": st.sampled_from([0.001, 0.03, 0.5, None]),
        "grade": st.sampled_from(GRADES),
        "tier_rank": st.integers(0, 4),
        "level_rank": st.integers(0, 3),
        "stage": st.sampled_from([1, 2, 3, None]),
        "in_default": st.booleans(),
        "exposure_fen": st.sampled_from([0, 7, 10**15 + 1, None]),
        "expected_loss_fen": st.sampled_from([0, 3, 10**14 + 1, None]),
        "provision_fen": st.sampled_from([0, 1, None]),
    }
)
_BOOK = st.dictionaries(st.sampled_from([f"B{number}" for number in range(9)]), _PERSON, max_size=9)


@st.composite
def frames(draw: st.DrawFn, *, compared: bool | None = None) -> BookFrame:
    """Draw a frame; `compared` tells whether there is a batch to compare with, None leaves it open."""
    sides = [[person(key, **own) for key, own in sorted(draw(_BOOK).items())] for _ in range(2)]
    is_compared = draw(st.booleans()) if compared is None else compared
    return frame_of(sides[0], sides[1] if is_compared else None)


def _columns(rows: list[dict[str, Any]]) -> dict[str, pa.Array]:
    return {field.name: pa.array([row[field.name] for row in rows], field.type) for field in SCHEMA}
