import numpy as np
import pandas as pd
import pytest

from ews.domain.features import Feature
from ews.domain.reasons import ReasonCode
from ews.scoring.peers import WHOLE_BOOK, Peers, peers_of

HIGHER = Feature("inquiries_3m", "count", "higher", ReasonCode.CREDIT_SOUGHT, "Inquiries", "查询")
LOWER = Feature("inflow_3m", "fen", "lower", ReasonCode.INFLOW_FELL, "Inflow", "入账")
NONE = Feature("months_on_book", "months", "none", ReasonCode.SEASONING, "Months", "月")
FEATURES = (HIGHER, LOWER, NONE)


def book(**columns: object) -> pd.DataFrame:
    return pd.DataFrame({"kind": "firm", "industry": "trade", **columns})


def hundred() -> Peers:
    values = np.arange(1.0, 101.0)
    return peers_of(book(inquiries_3m=values, inflow_3m=values, months_on_book=values), FEATURES)


@pytest.mark.parametrize(("value", "share"), [(0.0, 0.0), (51.0, 0.5), (1000.0, 1.0)])
def test_a_value_is_worse_than_the_peers_below_it_where_higher_is_worse(value, share):
    assert hundred().worse_than("firm/trade", HIGHER, value) == pytest.approx(share, abs=0.02)


@pytest.mark.parametrize(("value", "share"), [(0.0, 1.0), (50.0, 0.5), (1000.0, 0.0)])
def test_a_value_is_worse_than_the_peers_above_it_where_lower_is_worse(value, share):
    assert hundred().worse_than("firm/trade", LOWER, value) == pytest.approx(share, abs=0.02)


def test_nothing_is_said_without_direction_or_value():
    assert hundred().worse_than("firm/trade", NONE, 5.0) is None
    assert hundred().worse_than("firm/trade", HIGHER, float("nan")) is None


def test_a_small_industry_is_compared_with_the_whole_book():
    frame = book(inquiries_3m=np.arange(40.0), inflow_3m=0.0, months_on_book=0.0)
    frame.loc[:4, "industry"] = "mining"
    peers = peers_of(frame, FEATURES)
    assert sorted({group for group, _ in peers.quantiles}) == [WHOLE_BOOK, "firm/trade"]
    assert peers.worse_than("firm/mining", HIGHER, 39.5) == 1.0


def test_peers_read_back_from_arrow_are_the_same():
    peers = hundred()
    again = Peers.from_arrow(peers.to_arrow())
    assert again.quantiles.keys() == peers.quantiles.keys()
    assert all(np.array_equal(again.quantiles[key], peers.quantiles[key]) for key in peers.quantiles)


def usual(**added: object) -> Peers:
    """Return the peers of 40 trading firms, 5 mining ones and 35 persons; `added` is what reasons add for each."""
    frame = book(inquiries_3m=np.arange(80.0), inflow_3m=0.0, months_on_book=0.0)
    frame.loc[40:44, "industry"] = "mining"
    frame.loc[45:, ["kind", "industry"]] = ["individual", "farming"]
    return peers_of(frame, FEATURES, pd.DataFrame(added, index=frame.index))


def test_what_a_reason_usually_adds_is_the_median_of_the_kind_or_of_the_book():
    peers = usual(DEBT_HEAVY=np.concatenate([np.full(40, 0.4), np.full(5, 0.9), np.full(35, -1.2)]))
    assert peers.usually_adds("firm/trade", "DEBT_HEAVY") == 0.4
    assert peers.usually_adds("firm/mining", "DEBT_HEAVY") == 0.4
    assert peers.usually_adds("individual/farming", "DEBT_HEAVY") == -1.2
    assert peers.usually_adds("/", "DEBT_HEAVY") == 0.4


def test_who_is_not_scored_says_nothing_of_what_is_usual():
    peers = usual(ARREARS=np.where(np.arange(80) < 9, np.nan, 0.1))
    assert peers.usually_adds("firm/trade", "ARREARS") == 0.1


def test_a_reason_of_which_nothing_is_known_usually_adds_nothing():
    assert hundred().usually_adds("firm/trade", "ARREARS") == 0.0
    assert usual(ARREARS=np.full(80, np.nan)).usually_adds("firm/trade", "ARREARS") == 0.0


def test_what_is_usual_is_read_back_from_arrow():
    peers = usual(ARREARS=np.linspace(0, 1, 80), CARD_CASH=np.zeros(80))
    assert Peers.from_arrow(peers.to_arrow()).usual == peers.usual
