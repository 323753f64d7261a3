from datetime import date
from typing import Any

import pandas as pd

from ews.domain.levels import Tier
from ews.domain.raised import Raised
from ews.scoring.difference import PROVISIONS, compare
from ews.scoring.replay import Replayed
from ews.scoring.states import NOTHING

TUESDAY, MONDAY = date(2026, 6, 30), date(2026, 6, 29)


def replayed(*rows: dict[str, Any], raised: dict[str, Raised] | None = None, as_of: date = TUESDAY) -> Replayed:
    usual = {"tier": "pass", "level": "none", "signals": [], "held": [], "exposure": 100, "loss": 5}
    full = [{"borrower_id": f"B{number}", **usual, **row} for number, row in enumerate(rows, start=1)]
    frame = pd.DataFrame(full).assign(branch_id="BR1", undecided=pd.Series([() for _ in full], dtype=object))
    loans = frame[["borrower_id", "held", "undecided"]].assign(**dict.fromkeys(PROVISIONS, frame["loss"]))
    loans = loans.assign(tier_rank=[Tier(tier).rank for tier in frame["tier"]], balance=frame["exposure"])
    return Replayed(
        "b1", as_of, frame[["borrower_id", "tier", "level"]], frame.drop(columns="held"), loans, raised or {}, NOTHING
    )


def test_movements_rules_and_money_are_counted_both_ways():
    old = replayed({"held": ["LATE"], "tier": "special_mention"}, {"exposure": None}, {"signals": ["DRAWN"]})
    new = replayed(
        {"held": ["LATE", "VERY_LATE"], "tier": "substandard", "loss": 9}, {"exposure": None, "level": "red"}, {}
    )
    found = compare([old], [new])
    assert found.tiers == (("pass", "pass", 2, 100), ("special_mention", "substandard", 1, 100))
    assert found.levels == (("none", "none", 2, 200), ("none", "red", 1, 0))
    assert found.money["special_mention"] == (100, 0)
    assert found.money["substandard"] == (0, 100)
    assert found.as_dict()["money_by_tier"]["substandard"] == {"old_fen": 0, "new_fen": 100, "change_fen": 100}
    assert found.by_rule == {"DRAWN": (0, 1), "VERY_LATE": (1, 0)}
    assert found.provisions["expected_loss_fen"] == (15, 19)
    assert [(one.borrower_id, one.because) for one in found.movers] == [("B1", ("VERY_LATE",)), ("B2", ())]
    assert found.as_dict()["movers_counted"] == 2


def test_warnings_are_counted_by_branch_and_week_and_those_that_wait_beside_them():
    out = Raised(("DRAWN",), "officer", TUESDAY, 1, is_waiting=False)
    waits = Raised(("DRAWN",), "officer", date(2026, 7, 6), 2, is_waiting=True)
    found = compare([replayed({}, {})], [replayed({}, {}, raised={"B1": out, "B2": waits})])
    assert found.warnings == (("BR1", MONDAY, 0, 1), ("BR1", date(2026, 7, 6), 0, 1))
    assert (found.as_of, found.waiting) == (TUESDAY, (0, 1))


def test_a_case_that_waits_is_handed_out_on_its_day_unless_the_next_batch_plans_anew():
    def plan(day: date) -> dict[str, Raised]:
        return {"B1": Raised(("DRAWN",), "officer", day, 1, is_waiting=True)}

    may, first, last = date(2026, 5, 29), date(2026, 6, 8), date(2026, 7, 6)
    planned = [replayed({}, raised=plan(first), as_of=may), replayed({})]
    again = [replayed({}, raised=plan(last), as_of=may), replayed({}, raised=plan(last))]
    assert compare(planned, again).warnings == (("BR1", first, 1, 0), ("BR1", last, 0, 1))
    never = [replayed({}, raised=plan(date.max))]
    assert compare(never, never).warnings == ()


def test_the_largest_of_those_who_move_as_far_comes_first():
    old = replayed({}, {"exposure": 900}, {"exposure": None})
    new = replayed({"level": "red"}, {"level": "red", "exposure": 900}, {"level": "red", "exposure": None})
    assert [one.borrower_id for one in compare([old], [new]).movers] == ["B2", "B1", "B3"]


def test_the_same_policy_twice_moves_nobody():
    one = replayed({"held": ["LATE"]}, {"signals": ["DRAWN"]})
    found = compare([one], [one])
    assert (found.movers, found.by_rule) == ((), {})
