"""Circles: the guarantee circles (担保圈) of the book, for the concentration of a portfolio.

Grain   one row per circle of LEAST parties or more, in the order of circle_id
Reads   guarantees valid on the day, as features/guarantee_exposure/circles.py reads them; the arrears of the members
Money   exposure of the borrowers decided, as far as it is known; guarantees within the circle that tell an amount
"""

import ibis.expr.types as ir
import pandas as pd
import pyarrow as pa

from ews.events.book import Book
from ews.features.guarantee_exposure.circles import edges_on, positions
from ews.features.guarantee_exposure.trouble import trouble_of
from ews.features.statements import worked_out
from ews.features.steps import step
from ews.features.window import KEYS, Spine
from ews.scoring.exhibits.lags import DAY

LEAST = 3
CIRCLES = pa.schema(
    [
        ("circle_id", pa.string()),
        *((name, pa.int64()) for name in ("members", "borrowers", "exposure_fen", "in_trouble")),
        ("in_trouble_exposure_fen", pa.int64()),
        ("guaranteed_fen", pa.int64()),
        ("largest_id", pa.string()),
        ("branches", pa.list_(pa.string())),
        ("member_ids", pa.list_(pa.string())),
    ]
)


def circles_of(book: Book, spine: Spine, borrowers: pd.DataFrame) -> pa.Table:
    """Return CIRCLES; `borrowers` are those decided: borrower_id, branch_id and exposure (fen)."""
    if not book.has("guarantees"):
        return CIRCLES.empty_table()
    members = worked_out(book, spine, _members).order_by("circle", "party_id").to_pandas()
    own = borrowers.set_index("borrower_id")
    members["is_borrower"] = members["party_id"].isin(own.index)
    members["branch_id"] = members["party_id"].map(own["branch_id"])
    exposure = members["party_id"].map(own["exposure"].fillna(0)).fillna(0)
    members["exposure_fen"] = exposure.astype("int64")
    members["troubled_fen"] = members["exposure_fen"].where(members["is_troubled"], 0)
    rows = [_circle(str(name), group) for name, group in members.groupby("circle", sort=True) if len(group) >= LEAST]
    return pa.Table.from_pylist(rows, schema=CIRCLES)


def _members(book: Book, spine: Spine) -> ir.Table:
    """Return circle, party_id, is_troubled and guaranteed_fen, what the party guarantees for others."""
    edges = edges_on(book, spine)
    places = step(positions(spine, edges).select(*DAY, "party_id", "circle"))
    trouble = trouble_of(book, step(places.select(*DAY, borrower_id="party_id").select(*KEYS)))
    given = edges.group_by(*DAY, party_id="guarantor_id").aggregate(guaranteed_fen=edges.amount.sum())
    table = places.left_join(trouble, [*DAY, ("party_id", "borrower_id")], rname="{name}_stand")
    table = table.select(*DAY, "party_id", "circle", is_troubled=table.is_troubled.fill_null(False))
    table = table.left_join(given, [*DAY, "party_id"], rname="{name}_given")
    guaranteed = table.guaranteed_fen.fill_null(0).cast("int64")
    return table.select("circle", "party_id", "is_troubled", guaranteed_fen=guaranteed)


def _circle(name: str, members: pd.DataFrame) -> dict[str, object]:
    return {
        "circle_id": name,
        "members": len(members),
        "borrowers": int(members["is_borrower"].sum()),
        "exposure_fen": int(members["exposure_fen"].sum()),
        "in_trouble": int(members["is_troubled"].sum()),
        "in_trouble_exposure_fen": int(members["troubled_fen"].sum()),
        "guaranteed_fen": int(members["guaranteed_fen"].sum()),
        "largest_id": members["party_id"].iloc[int(members["exposure_fen"].argmax())],
        "branches": sorted(members["branch_id"].dropna().unique().tolist()),
        "member_ids": members["party_id"].tolist(),
    }
