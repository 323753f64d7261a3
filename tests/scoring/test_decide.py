"""One small book decided once, with what a predecessor, a batch compared with and casework hand in."""

import math
from dataclasses import asdict, dataclass
from datetime import date, timedelta

import pandas as pd
import pyarrow as pa
import pytest

from ews.domain.decisions import Decision
from ews.domain.levels import Tier, WarningLevel
from ews.domain.paths import Channel
from ews.features.window import spine_on
from ews.outcomes.definition import Definition
from ews.policy.valuation import MONEY
from ews.scoring.casework_known import CaseworkKnown
from ews.scoring.decide import decide, records_of
from ews.scoring.decided import Compared, Decided, Given
from ews.scoring.overrides import OVERRIDES
from ews.scoring.states import EPISODES, NOTHING, States
from tests.books import book_of
from tests.models.boosters import small_model
from tests.patterns.quiet import AS_OF, quiet_firms, rows_of
from tests.policy.policies import POLICY

LATE, SHRANK, LINGERING, APPROVED = "F03", "F05", "F07", "F08"
SEEN = AS_OF - timedelta(days=30)


@dataclass(frozen=True, slots=True)
class World:
    decided: Decided
    records: dict[str, Decision]


def _given() -> Given:
    days = dict.fromkeys(("since", "last_true_on", "seen_on"), SEEN)
    code = next(signal.code for signal in POLICY.signals if signal.level is WarningLevel.ORANGE and signal.lingers)
    episode = {"borrower_id": LINGERING, "code": code, "level_rank": 2, **days, "release_on": SEEN, "is_waiting": False}
    override = {
        "override_id": "V1", "borrower_id": LATE, "loan_id": None, "tier_rank": 0, "reason": "x", "author": "a",
        "approved_by": "b", "approved_on": SEEN, "expires_on": AS_OF,
    }  # fmt: skip
    worse = {**override, "override_id": "V2", "borrower_id": APPROVED, "tier_rank": 2, "approved_by": None}
    rows = pd.DataFrame([[LATE, 0.01, "G2", "pass", "none"]], columns=["borrower_id", "pd", "grade", "tier", "level"])
    return Given(
        Compared("may", SEEN, "another model", rows),
        States(NOTHING.loans, pa.Table.from_pylist([episode], EPISODES), NOTHING.levels),
        CaseworkKnown(pa.Table.from_pylist([override, worse], OVERRIDES)),
    )


@pytest.fixture(scope="module")
def world() -> World:
    firms = quiet_firms()[:10]
    firms[3].late[-2:] = [40, 40]
    firms[5].wages[-6:], firms[5].sales[-6:] = [0.1] * 6, [0.1] * 6
    firms[6].add(
        "guarantees", guarantee_id="G", guarantor_id="F06", borrower_id=LATE, amount=100,
        starts_on=date(2025, 1, 15), ends_on=date(2028, 1, 15),
    )  # fmt: skip
    book = book_of(rows_of(firms))
    spine, model = spine_on(book, [AS_OF]), small_model(definition=asdict(Definition()))
    decided = decide(book, spine, model, POLICY, given=_given())
    found = records_of(decided, batch_id="b", portfolio="test", spine=spine, known_by=AS_OF, model=model, policy=POLICY)
    return World(decided, {one.borrower_id: one for one in found})


def test_own_risk_and_what_comes_through_others_add_up_to_the_log_odds(world: World):
    scored = [one for one in world.records.values() if one.log_odds is not None]
    assert len(scored) == len(world.records)
    for one in scored:
        assert one.split is not None
        assert one.base_log_odds is not None
        assert one.base_log_odds + sum(one.split.values()) == pytest.approx(one.log_odds, abs=1e-9)


def test_a_pd_of_another_model_is_told_but_moves_nothing(world: World):
    (row,) = world.decided.borrowers.query("borrower_id == @LATE").to_dict("records")
    before = world.records[LATE].before
    assert before is not None
    assert (before.pd, before.model_id) == (0.01, "another model")
    assert math.isnan(float(row["pd_before"]))
    assert row["tier_rank_before"] == 0


def test_new_signals_are_raised_and_remembered(world: World):
    told = world.records[LATE]
    assert told.raised is not None
    assert {held.code for held in told.held if held.since == AS_OF} >= set(told.raised.codes)
    assert told.raised.release_on == AS_OF
    kept = world.decided.states.episodes.to_pandas()
    mine = kept[kept["borrower_id"] == LATE]
    assert tuple(mine["code"]) == told.raised.codes
    assert not mine["is_waiting"].any()


def test_a_signal_that_went_away_lingers_without_a_new_warning_and_has_nothing_to_lift(world: World):
    told = world.records[LINGERING]
    (held,) = [one for one in told.held if one.state == "lingers"]
    assert (held.since, held.lifts) == (SEEN, ())
    assert (told.level, told.level_now, told.raised) == (WarningLevel.ORANGE, WarningLevel.NONE, None)


def test_an_override_cannot_beat_the_floor_and_says_by_what_it_is_blocked(world: World):
    (loan,) = world.records[LATE].loans
    assert loan.override is not None
    assert (loan.tier, loan.floor, loan.override.tier) == (Tier.SPECIAL_MENTION, Tier.SPECIAL_MENTION, Tier.PASS)
    assert loan.override.blocked_by == ("OVERDUE",)
    (other,) = world.records[APPROVED].loans
    assert (other.tier, other.floor) == (Tier.SUBSTANDARD, Tier.PASS)
    assert other.override is not None
    assert (other.override.approved_by, other.override.blocked_by) == (None, ())


def test_a_rule_that_holds_says_what_would_lift_it(world: World):
    (loan,) = world.records[LATE].loans
    held = next(one for one in loan.held if one.code == "OVERDUE")
    assert [(lift.name, lift.op, lift.value) for together in held.lifts for lift in together] == [("dpd", "<=", 0)]


def test_a_guarantor_is_told_through_whom_trouble_comes(world: World):
    (path,) = world.records["F06"].paths
    assert (path.channel, [hop.party_id for hop in path.hops], path.amount_fen) == (Channel.GUARANTEES, [LATE], 100)
    assert path.hops[0].grade == world.records[LATE].grade


def test_the_money_of_a_borrower_is_that_of_the_loans(world: World):
    loans = world.decided.loans.groupby("borrower_id")[list(MONEY)].sum()
    borrowers = world.decided.borrowers.set_index("borrower_id")[list(MONEY)]
    assert borrowers.astype("int64").to_dict() == loans.astype("int64").to_dict()
    assert borrowers["expected_loss_fen"].min() > 0
