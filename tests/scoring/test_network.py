from typing import Any

import ibis
import pandas as pd
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ews.domain.levels import Tier
from ews.events.book import Book
from ews.features.window import Spine
from ews.policy.grades import scale_on
from ews.scoring.network import network_facts, stood
from ews.scoring.parties import parties_of
from tests.policy.policies import POLICY
from tests.scoring.connected import AS_OF, book, guarantee, spine_of, tied

NOW = pa.schema(
    [("borrower_id", pa.string()), ("pd", pa.float64()), ("grade_rank", pa.int8()), ("in_default", pa.bool_()),
     ("tier_rank", pa.int8())]
)  # fmt: skip
SCALE = scale_on(POLICY.scales, AS_OF)
SOUND: dict[str, Any] = {"pd": 0.01, "tier": "pass"}
Stand = dict[str, dict[str, Any]]


def now(stand: Stand) -> pa.Table:
    rows = [
        {"borrower_id": firm, "pd": one["pd"], "in_default": one["pd"] is None,
         "grade_rank": SCALE.default_rank if one["pd"] is None else SCALE.rank_of(one["pd"]),
         "tier_rank": Tier(one["tier"]).rank}
        for firm, one in stand.items()
    ]  # fmt: skip
    return pa.Table.from_pylist(rows, NOW)


def before(stand: Stand) -> pd.DataFrame:
    rows = [
        {"borrower_id": firm, "pd": one["pd"], "tier": one["tier"], "level": "none",
         "grade": SCALE.default_code if one["pd"] is None else SCALE.codes[SCALE.rank_of(one["pd"]) - 1]}
        for firm, one in stand.items()
    ]  # fmt: skip
    return pd.DataFrame(rows, columns=["borrower_id", "pd", "grade", "tier", "level"]).astype({"pd": "float64"})


def facts(whole: Book, spine: Spine, then: Stand, today: Stand) -> dict[str, tuple[int | None, ...]]:
    graded = whole.engine.create_table(ibis.util.gen_name("now"), now(today), temp=True)
    stood_then = whole.kept(stood(before(then), POLICY, AS_OF))
    table = network_facts(whole, spine, parties_of(whole, spine), graded, stood_then, POLICY, AS_OF)
    found = table.order_by("borrower_id").to_pyarrow().to_pylist()
    return {
        row["borrower_id"]: (
            row["guaranteed_turned_bad"], row["guarantors_turned_bad"], row["group_newly_in_default"]
        )
        for row in found
    }  # fmt: skip


TURNS: list[tuple[dict[str, Any], dict[str, Any], int]] = [
    ({"pd": 0.01, "tier": "pass"}, {"pd": 0.01, "tier": "pass"}, 0),
    ({"pd": 0.01, "tier": "pass"}, {"pd": None, "tier": "substandard"}, 1),
    ({"pd": None, "tier": "substandard"}, {"pd": None, "tier": "substandard"}, 0),
    ({"pd": 0.01, "tier": "pass"}, {"pd": 0.01, "tier": "special_mention"}, 1),
    ({"pd": 0.01, "tier": "special_mention"}, {"pd": 0.01, "tier": "pass"}, 0),
    ({"pd": 0.01, "tier": "pass"}, {"pd": 0.05, "tier": "pass"}, 1),
    ({"pd": 0.001, "tier": "pass"}, {"pd": 0.019, "tier": "pass"}, 0),
    ({"pd": 0.05, "tier": "pass"}, {"pd": 0.01, "tier": "pass"}, 0),
]


@pytest.mark.parametrize(("then", "today", "turned"), TURNS)
def test_a_guaranteed_party_turns_bad_by_default_tier_or_two_grades(then, today, turned):
    whole = book({"A": 0, "B": 0}, guarantees=[guarantee("A", "B")], relations=[])
    found = facts(whole, spine_of(whole), {"A": SOUND, "B": then}, {"A": SOUND, "B": today})
    assert found == {"A": (turned, 0, 0), "B": (0, 0, 0)}


def test_a_guarantor_and_a_member_of_the_group_are_counted_apart():
    whole = book(
        {"A": 0, "B": 0, "C": 0, "D": 0}, groups={"C": "G1", "D": "G1"},
        guarantees=[guarantee("B", "A")], relations=[tied("P", "A"), tied("P", "C")],
    )  # fmt: skip
    then = dict.fromkeys("ABCD", SOUND)
    today = then | {firm: {"pd": None, "tier": "substandard"} for firm in "BC"}
    found = facts(whole, spine_of(whole), then, today)
    assert found == {"A": (0, 1, 1), "B": (0, 0, 0), "C": (0, 0, 0), "D": (0, 0, 1)}


def test_an_own_firm_that_is_guaranteed_counts_with_the_group_only():
    whole = book({"A": 0, "B": 0}, guarantees=[guarantee("A", "B")], relations=[tied("A", "B")])
    today = {"A": SOUND, "B": {"pd": None, "tier": "loss"}}
    assert facts(whole, spine_of(whole), dict.fromkeys("AB", SOUND), today)["A"] == (0, 0, 1)


def test_who_left_the_book_in_default_is_seen_by_its_listing():
    gone = {"borrower_id": "B", "kind": "write_off", "occurred_on": AS_OF}
    whole = book({"A": 0, "B": None}, guarantees=[guarantee("A", "B")], relations=[], outcomes=[gone])
    assert facts(whole, spine_of(whole), dict.fromkeys("AB", SOUND), {"A": SOUND})["A"] == (1, 0, 0)


def test_who_was_not_decided_before_has_not_turned():
    whole = book({"A": 0, "B": 0}, guarantees=[guarantee("A", "B"), guarantee("A", "OUTSIDE")], relations=[])
    today = {"A": SOUND, "B": {"pd": None, "tier": "loss"}}
    assert facts(whole, spine_of(whole), {"A": SOUND}, today)["A"] == (0, 0, 0)


def test_without_a_batch_compared_with_nothing_is_known():
    whole = book({"A": 0})
    graded = whole.engine.create_table(ibis.util.gen_name("now"), now({"A": SOUND}), temp=True)
    spine = spine_of(whole)
    parties = parties_of(whole, spine)
    (row,) = network_facts(whole, spine, parties, graded, None, POLICY, AS_OF).to_pyarrow().to_pylist()
    assert row == {"borrower_id": "A", "as_of": AS_OF, "guaranteed_turned_bad": None, "guarantors_turned_bad": None,
                   "group_newly_in_default": None}  # fmt: skip


def test_a_book_that_does_not_tell_guarantees_or_relations_leaves_them_unknown():
    whole = book({"A": 0, "B": 0}, groups={"A": "G1", "B": "G1"})
    today = {"A": SOUND, "B": {"pd": None, "tier": "loss"}}
    assert facts(whole, spine_of(whole), dict.fromkeys("AB", SOUND), today) == {
        "A": (None, None, 1),
        "B": (None, None, 0),
    }


STAND = st.fixed_dictionaries(
    {
        "pd": st.sampled_from([None, 0.001, 0.01, 0.05, 0.3]),
        "tier": st.sampled_from(["pass", "special_mention", "loss"]),
    }
)


@settings(max_examples=5, deadline=None)
@given(then=st.lists(STAND, min_size=4, max_size=4), today=st.lists(STAND, min_size=4, max_size=4))
def test_one_borrower_alone_sees_what_it_sees_within_the_book(then, today):
    whole = book(
        dict.fromkeys("ABCD", 0), groups={"A": "G1", "D": "G1"},
        guarantees=[guarantee("A", "B"), guarantee("C", "A"), guarantee("B", "C")], relations=[tied("B", "D")],
    )  # fmt: skip
    was, stands = dict(zip("ABCD", then, strict=True)), dict(zip("ABCD", today, strict=True))
    together = facts(whole, spine_of(whole), was, stands)
    assert facts(whole, spine_of(whole, "A"), was, stands) == {"A": together["A"]}
    unseen = facts(whole, spine_of(whole, "A"), was, {"A": stands["A"]})
    assert unseen == {"A": (None, None, None)}
