"""A made-up change of one borrower between two batches."""

from dataclasses import replace

from ews.scoring.change.change import Change, FeatureMove, PdChange, Stood
from ews.scoring.change.rank_move import RankMoves

JUNE = Stood("june", "2026-06-30", 0.1, "G5", "pass", "none", 31_200_000, False, "m1", "p1")
JULY = replace(JUNE, batch_id="july", as_of="2026-07-31", pd=0.25, grade="G6", tier="special_mention", level="orange")
MOVED = PdChange(
    {"data": 1_000_000_000, "definition": 0, "model": 98_612_289, "calibration": 0},
    {"data": 136_000_000, "definition": 0, "model": 14_000_000, "calibration": 0},
    1_098_612_289,
    150_000_000,
    {"INFLOW_FELL": (1_000_000_000, 136_000_000)},
    (
        FeatureMove(
            "inflow_change_3m",
            "INFLOW_FELL",
            None,
            -0.6,
            {"data": 1_000_000_000, "definition": 0},
            {"data": 136_000_000, "definition": 0},
        ),
    ),
)
NOTHING = dict.fromkeys(("pd", "rules", "overrides", "policy", "memory", "rest"), 0)
RANKS = RankMoves(
    {**NOTHING, "pd": 1_500_000_000, "rules": 500_000_000}, {**NOTHING, "overrides": 1_000_000_000}, ("A",), ("Z",)
)
CHANGE = Change("B1", "sme", JUNE, JULY, MOVED, RANKS, definition_parted=True)
