from datetime import date

import pandas as pd
import pytest

from ews.features.peers import family as peers
from ews.features.statements import worked_out
from ews.features.window import KEYS, Spine, spine_on
from tests.features.observed import frame, observed
from tests.features.peers.economies import AS_OF, book, borrower, inflows, need_peers, posting, stated

BEFORE = date(2026, 3, 31)
TRADE = [borrower(f"B{number}") for number in range(1, 5)]
FLOWS = [*inflows("B1", 20, 100), *inflows("B2", 50, 100), *inflows("B3", 90, 100), *inflows("B4", 120, 100)]
FAR = [borrower("X1", "inn", "south"), borrower("X2", "inn", "south"), borrower("X3", "inn", "south")]


@pytest.fixture(autouse=True)
def _two_peers_are_enough(monkeypatch):
    need_peers(monkeypatch, 2)


def test_a_borrower_against_its_trade_worked_by_hand():
    seen = observed(peers, book(TRADE, postings=FLOWS), AS_OF)
    assert seen["industry_inflow_change_3m"] == pytest.approx(-0.1)
    assert seen["region_inflow_change_3m"] == pytest.approx(-0.1)
    assert seen["inflow_change_vs_industry_3m"] == pytest.approx(-0.8 + 0.1)


def test_variation_and_costs_against_the_trade():
    steady = [posting(name, back, 100) for name in ("B2", "B3") for back in range(13)]
    lumpy = [posting("B1", back, 2_400 if back == 0 else 0) for back in range(13)]
    costs = [posting("B1", 1, -480, "wage"), posting("B2", 1, -120, "wage"), posting("B3", 1, -240, "tax")]
    seen = observed(peers, book(TRADE[:3], postings=[*steady, *lumpy, *costs]), AS_OF)
    assert seen["inflow_volatility_vs_industry_12m"] == pytest.approx(11**0.5)
    assert seen["wage_share_vs_industry_12m"] == pytest.approx(0.2 - 0.0)
    assert seen["tax_share_vs_industry_12m"] == 0


def test_shares_past_due_and_in_default_and_how_far_they_rose():
    now = [stated("B1", 200), stated("B2", 5), stated("B3", 100), stated("B4", 0)]
    before = [stated(name, 0, BEFORE) for name in ("B1", "B2", "B4")] + [stated("B3", 9, BEFORE)]
    seen = observed(peers, book(TRADE, statements=now + before), AS_OF)
    assert seen["industry_past_due_share"] == pytest.approx(2 / 3)
    assert seen["industry_past_due_rise_3m"] == pytest.approx(1 / 3)
    assert seen["region_default_share"] == pytest.approx(1 / 3)


def test_too_few_peers_tell_nothing(monkeypatch):
    need_peers(monkeypatch, 4)
    statements = [stated(each["borrower_id"], 5) for each in TRADE]
    seen = observed(peers, book(TRADE, postings=FLOWS, statements=statements), AS_OF)
    assert {name for name, value in seen.items() if value is not None} == set()


def test_an_unknown_industry_has_no_peers_and_is_nobodys():
    economy = book([borrower("B1", None), *TRADE[1:]], postings=FLOWS)
    seen = observed(peers, economy, AS_OF)
    assert (seen["industry_inflow_change_3m"], seen["inflow_change_vs_industry_3m"]) == (None, None)
    assert seen["region_inflow_change_3m"] == pytest.approx(-0.1)
    assert observed(peers, economy, AS_OF, "B2")["industry_inflow_change_3m"] == pytest.approx(-0.1)


def test_others_of_another_industry_and_region_change_nothing():
    statements = [stated(each["borrower_id"], 5) for each in TRADE + FAR]
    strange = [row for each in FAR for row in inflows(each["borrower_id"], 1, 500)]
    alone = frame(peers, book(TRADE, postings=FLOWS, statements=statements[:4]), [AS_OF])
    beside = frame(peers, book(TRADE + FAR, postings=FLOWS + strange, statements=statements), [AS_OF])
    pd.testing.assert_frame_equal(beside[beside.borrower_id < "X"], alone, check_exact=True)


def test_a_single_look_up_has_the_same_peers_as_the_whole_book():
    statements = [stated(each["borrower_id"], 5 * number) for number, each in enumerate(TRADE)]
    economy = book(TRADE, postings=FLOWS, statements=statements)
    spine = spine_on(economy, [AS_OF])
    own = Spine(spine.table.filter(spine.table.borrower_id == "B3"), spine.days)
    names = [each.name for each in peers.FEATURES]
    alone = worked_out(economy, own, peers.build).execute()
    whole = frame(peers, economy, [AS_OF])
    assert list(alone.columns) == [*KEYS, *names]
    assert alone[names].iloc[0].fillna(-9).tolist() == whole[names].iloc[2].fillna(-9).tolist()


def test_a_feed_that_is_not_there_leaves_its_features_null():
    full = book(TRADE, postings=FLOWS, statements=[stated(each["borrower_id"], 5) for each in TRADE])
    without_flows = type(full)(
        full.manifest, full.engine, {n: t for n, t in full.tables.items() if n != "transactions"}
    )
    seen = observed(peers, without_flows, AS_OF)
    assert (seen["industry_inflow_change_3m"], seen["industry_past_due_share"]) == (None, 1)
    without_loans = type(full)(full.manifest, full.engine, {n: t for n, t in full.tables.items() if n != "loans"})
    seen = observed(peers, without_loans, AS_OF)
    assert (seen["industry_inflow_change_3m"], seen["industry_past_due_share"]) == (pytest.approx(-0.1), None)
