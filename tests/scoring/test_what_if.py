"""What if: on a scored home, against what was published of it."""

from collections.abc import Sequence
from operator import itemgetter

import numpy as np
import pandas as pd
import pyarrow.parquet as pq
import pytest

from ews.domain.decisions import Evidence, Reason
from ews.domain.errors import RequestError, UnknownBatchError
from ews.domain.levels import WarningLevel
from ews.features.catalogue import FEATURES
from ews.models.frozen import explain, predict_pd
from ews.scoring import what_if as asking
from ews.scoring.lookup import find_decision
from ews.scoring.what_if import NAMES, Peer, what_if, what_if_of
from ews.store.batches import latest_batch

SAME = ("pd", "grade", "tier", "level", "level_now", "in_default", "undecided")


@pytest.fixture(scope="module")
def store(scored):
    with scored.store() as opened:
        yield opened


@pytest.fixture(scope="module")
def batch(store):
    return latest_batch(store).batch


@pytest.fixture(scope="module")
def rows(scored, batch) -> pd.DataFrame:
    """Give what the newest batch keeps of borrowers."""
    told = ["borrower_id", "pd", "in_default", "level", *NAMES]
    path = scored.home / batch.directory / "decisions.parquet"
    frame: pd.DataFrame = pq.read_table(path, columns=told).to_pandas()
    return frame.set_index("borrower_id")


@pytest.fixture
def decision_of(scored, store):
    """Give a function that returns the newest decision on a borrower."""
    return lambda borrower_id: find_decision(scored.home, store, borrower_id)


def some(rows: pd.DataFrame) -> list[str]:
    """Return borrowers of each level, in default and not."""
    groups = rows.groupby(["level", "in_default"], observed=True)
    return [borrower for _, group in groups for borrower in group.index[:4]]


def values_of(rows: pd.DataFrame, borrower_id: str) -> dict[str, float | None]:
    told = rows.loc[borrower_id, list(NAMES)].to_numpy(np.float64).tolist()
    return {name: None if np.isnan(value) else value for name, value in zip(NAMES, told, strict=True)}


def told_of(reasons: Sequence[Reason]) -> list[tuple[str, tuple[Evidence, ...]]]:
    return sorted(((reason.code, reason.evidence) for reason in reasons), key=itemgetter(0))


def test_with_nothing_replaced_it_says_what_was_published(scored, store, rows, decision_of):
    chosen = some(rows)
    assert {bool(rows.at[one, "in_default"]) for one in chosen} == {True, False}
    for borrower in chosen:
        stored = decision_of(borrower)
        found = what_if_of(scored.home, store, stored, {})
        assert {name: getattr(found, name) for name in SAME} == {name: getattr(stored, name) for name in SAME}
        assert found.base_log_odds == (
            None if stored.base_log_odds is None else pytest.approx(stored.base_log_odds, abs=1e-12)
        )
        assert told_of(found.reasons) == told_of(stored.reasons)
        assert {one.code: one.log_odds for one in found.reasons} == pytest.approx(
            {one.code: one.log_odds for one in stored.reasons}, abs=1e-12
        )
        holds = [(held.code, dict(held.inputs)) for held in stored.held if held.state == "holds"]
        assert [(held.code, dict(held.inputs)) for held in found.held] == holds
        assert found.replaced == {}


def test_giving_a_borrower_its_own_values_replaces_nothing(scored, store, rows, decision_of):
    borrower = some(rows)[0]
    own = values_of(rows, borrower)
    found = what_if_of(scored.home, store, decision_of(borrower), own)
    assert (found.replaced, found.pd) == ({}, decision_of(borrower).pd)


def test_replaced_values_move_the_pd_as_the_model_says_and_are_told(scored, store, rows, decision_of):
    borrower = rows.index[rows["pd"].notna()][0]
    name = next(
        one
        for one in scored.model.features
        if not np.isnan(rows.at[borrower, one]) and rows[one].max() > rows.at[borrower, one]
    )
    worst = float(rows[name].max())
    found = what_if_of(scored.home, store, decision_of(borrower), {name: worst})
    frame = rows.loc[[borrower], list(NAMES)].assign(**{name: worst})
    assert found.pd == predict_pd(scored.model, frame)[0]
    assert found.replaced == {name: (rows.at[borrower, name], worst)}
    assert found.log_odds == pytest.approx(np.log(found.pd / (1 - found.pd)), abs=1e-9)
    told = {reason.code: reason.log_odds for reason in found.reasons}
    explained = explain(scored.model, frame)
    assert sum(told.values()) + found.base_log_odds == pytest.approx(
        explained.base_log_odds + explained.by_reason[0].sum(), abs=1e-9
    )


def test_a_signal_comes_and_goes_with_the_value_that_it_asks(scored, store, rows, decision_of):
    held = ((borrower, one) for borrower in some(rows) for one in decision_of(borrower).held)
    borrower, signal = next(
        (borrower, one) for borrower, one in held if one.kind == "signal" and set(NAMES) & set(one.inputs)
    )
    asked = {name: None for name in signal.inputs if name in NAMES}
    found = what_if_of(scored.home, store, decision_of(borrower), asked)
    assert signal.code not in {one.code for one in found.held}


def test_values_alone_give_the_pd_of_the_model_and_nothing_of_loans(scored, store, batch, rows):
    borrower = rows.index[rows["pd"].notna()][0]
    found = what_if(scored.home, store, batch.batch_id, values_of(rows, borrower), Peer())
    assert found.pd == rows.at[borrower, "pd"]
    assert (found.tier, found.in_default, found.level) == (None, False, found.level_now)
    given = {name for name, value in values_of(rows, borrower).items() if value is not None} | {"pd", "in_default"}
    asked = {rule.code: set(rule.when.on(batch.as_of).names) for rule in scored.policy.signals}
    assert {code for code, names in asked.items() if "dpd_max" in names} <= set(found.undecided) != set()
    assert [code for code in found.undecided if asked[code] <= given] == []


def test_peers_are_those_of_the_kind_and_industry_given(scored, store, batch, rows, decision_of):
    borrower = rows.index[rows["pd"].notna()][0]
    stored = decision_of(borrower)
    who = pq.read_table(scored.home / batch.directory / "decisions.parquet", columns=["borrower_id", "kind"])
    kind = dict(zip(who["borrower_id"].to_pylist(), who["kind"].to_pylist(), strict=True))[borrower]
    found = what_if(scored.home, store, batch.batch_id, values_of(rows, borrower), Peer(kind, stored.industry))
    assert found.base_log_odds == stored.base_log_odds
    compared = [[one.worse_than for one in reason.evidence] for reason in found.reasons]
    assert compared == [[one.worse_than for one in reason.evidence] for reason in stored.reasons]


@pytest.mark.parametrize(
    ("values", "told"),
    [
        ({"inflow_chnge_3m": 1.0}, "'inflow_chnge_3m' is no feature of this version"),
        ({FEATURES[0].name: 1.0}, "feature(s) that are not given"),
        (dict.fromkeys(NAMES), "No feature is known"),
    ],
    ids=["no feature", "not all", "nothing known"],
)
def test_values_that_cannot_be_judged_are_refused(scored, store, batch, values, told):
    with pytest.raises(RequestError, match=told.replace("(", r"\(").replace(")", r"\)")):
        what_if(scored.home, store, batch.batch_id, values, Peer())


def test_a_borrower_whose_values_are_all_taken_away_is_refused(scored, store, rows, decision_of):
    borrower = rows.index[rows["pd"].notna()][0]
    with pytest.raises(RequestError, match="No feature is known"):
        what_if_of(scored.home, store, decision_of(borrower), dict.fromkeys(NAMES))


def test_peers_that_were_changed_are_found_out(scored, store, batch, tmp_path, rows):
    scored.copied_to(tmp_path / "home")
    peers = tmp_path / "home" / batch.directory / "peers.parquet"
    peers.write_bytes(peers.read_bytes()[:-1] + b"x")
    asking._basis.cache_clear()
    with pytest.raises(UnknownBatchError, match=r"peers.parquet' is gone or was changed"):
        what_if(tmp_path / "home", store, batch.batch_id, values_of(rows, rows.index[0]), Peer())


def test_what_is_remembered_of_earlier_days_keeps_the_level(scored, store, rows, decision_of):
    lingering = [
        one for one in rows.index if decision_of(one).level.rank > (decision_of(one).level_now or WarningLevel.RED).rank
    ]
    for borrower in lingering[:3]:
        stored = decision_of(borrower)
        found = what_if_of(scored.home, store, stored, {})
        assert (found.level, found.level_now) == (stored.level, stored.level_now)
