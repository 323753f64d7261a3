"""From all borrowers to the warnings that a person found true."""

from datetime import datetime, time, timedelta
from typing import Any

import pytest

from ews.domain.levels import WarningLevel
from ews.monitoring.funnel import Signals, Stage, Step, borrowers_at, funnel
from ews.monitoring.load import load
from ews.store.batches import latest_batch
from ews.store.cases import Case, open_case
from ews.store.engine import writing
from tests.store.samples import JUNE, NOON, published, row

CASELOAD = {"by_model": 2, "by_rules": 3, "released": 3, "waiting": 0}


def open_warning(store, borrower_id: str, state: str = "raised", *, closed_at=None, **body: Any):
    told = {"batch_id": "june", "verdict": None, **body}
    draft = Case("warning", state, portfolio="sme", borrower_id=borrower_id, closed_at=closed_at, body=told)
    with writing(store) as connection:
        open_case(connection, draft, verb="raise", user_id="ews", at=NOON, content={})


@pytest.fixture
def frame(store):
    calm = WarningLevel.NONE
    people = [
        row("A", exposure_fen=100),
        row("B", exposure_fen=None, grade="G9"),
        row("C", exposure_fen=300, level=calm, grade="G2"),
        row("D", exposure_fen=500, branch_id="b2", grade="G9"),
        row("E", exposure_fen=700),
    ]
    published(store, "june", people, summary={"caseload": CASELOAD})
    return load(store, latest_batch(store))


def test_a_funnel_of_five_borrowers_counted_by_hand(store, frame):
    open_warning(store, "Z", "verified", verdict="true")  # not in the batch
    open_warning(store, "A", "lifted", closed_at=NOON + timedelta(days=2), verdict="false")
    open_warning(store, "A", "planned", verdict="true", verdict_reason='says "verdict":"false"')
    open_warning(store, "B", "verified", verdict="false")
    open_warning(store, "C", "acknowledged")  # its signals are gone: the batch warns of C no more
    open_warning(store, "D")
    assert funnel(store, frame) == (
        Step(Stage.SCORED, 5, 1600, 1),
        Step(Stage.BY_MODEL, 2),
        Step(Stage.BY_RULES, 3),
        Step(Stage.WARNED, 4, 1300, 1),
        Step(Stage.HANDED_OUT, 3, 600, 1, 4),
        Step(Stage.ACKNOWLEDGED, 2, 100, 1, 3),
        Step(Stage.TRUE, 1, 100, 0, 1),
        Step(Stage.FALSE, 1, 0, 1, 2),
    )


def test_a_warning_counts_whichever_batch_raised_it_and_whenever_that_was_published(store, frame):
    open_warning(store, "A", batch_id="may")
    published(store, "june-again", [row("A"), row("B")])  # scored anew for the same day, published hours later
    again = load(store, latest_batch(store))
    assert again.publication.batch.batch_id == "june-again"
    assert handed_out(store, again) == {"A"}


@pytest.mark.parametrize(
    ("closed_at", "counts"),
    [
        (None, True),
        (datetime.combine(JUNE, time()) + timedelta(days=1), True),
        (datetime.combine(JUNE, time(23, 59, 59)), False),
    ],
)
def test_a_warning_closed_by_the_day_of_the_batch_is_not_of_its_funnel(store, frame, closed_at, counts):
    open_warning(store, "A", "raised" if closed_at is None else "lifted", closed_at=closed_at)
    assert handed_out(store, frame) == ({"A"} if counts else frozenset())


def test_a_warning_of_another_portfolio_is_not_counted(store, frame):
    with writing(store) as connection:
        draft = Case("warning", "raised", portfolio="other", borrower_id="A", body={"verdict": None})
        open_case(connection, draft, verb="raise", user_id="ews", at=NOON, content={})
    assert handed_out(store, frame) == frozenset()


def handed_out(store, frame):
    return ids(frame, borrowers_at(store, frame, Stage.HANDED_OUT))


def ids(frame, found):
    return frozenset(one for one, is_found in zip(frame.borrower_id.to_pylist(), found, strict=True) if is_found)


def test_a_branch_sees_its_own_and_what_is_not_known_of_it_stays_unknown(store, frame):
    open_warning(store, "A")
    open_warning(store, "D")
    found = {one.stage: one for one in funnel(store, frame, "b2")}
    assert found[Stage.SCORED] == Step(Stage.SCORED, 1, 500, 0)
    assert found[Stage.BY_MODEL] == Step(Stage.BY_MODEL, None)
    assert found[Stage.BY_RULES] == Step(Stage.BY_RULES, None)
    assert found[Stage.HANDED_OUT] == Step(Stage.HANDED_OUT, 1, 500, 0, 1)


@pytest.mark.parametrize(("branch", "expected"), [(None, (2, 500, 1)), ("b2", (1, 500, 0))])
def test_with_the_grades_that_warn_the_model_has_money_and_branches(store, frame, branch, expected):
    found = funnel(store, frame, branch, Signals(grades=("G9",)))
    assert found[1] == Step(Stage.BY_MODEL, *expected)


@pytest.mark.parametrize(("branch", "expected"), [(None, (3, 800, 1)), ("b2", (0, 0, 0))])
def test_with_those_whom_rules_warn_of_the_rules_have_money_and_branches(store, frame, branch, expected):
    signals = Signals(ruled=frozenset({"A", "B", "E", "Z"}))
    assert funnel(store, frame, branch, signals)[2] == Step(Stage.BY_RULES, *expected)
    assert ids(frame, borrowers_at(store, frame, Stage.BY_RULES, signals)) == {"A", "B", "E"}


def test_before_anybody_acts_the_lower_steps_are_nobody(store, frame):
    assert funnel(store, frame)[4:] == tuple(Step(stage, 0, 0, 0, 0) for stage in list(Stage)[4:])


def test_what_an_earlier_batch_did_not_count_is_unknown(store):
    published(store, "june", [row("A")], summary={})
    frame = load(store, latest_batch(store))
    assert funnel(store, frame)[1].borrowers is None
    assert not borrowers_at(store, frame, Stage.BY_MODEL).any()


def test_each_step_has_its_borrowers(store, frame):
    open_warning(store, "A", "verified", verdict="false")
    open_warning(store, "A", "verified", verdict="true")
    open_warning(store, "B", "verified", verdict="false")
    open_warning(store, "D")
    signals = Signals(("G9",), frozenset({"A"}))
    steps = {one.stage: one.borrowers for one in funnel(store, frame, signals=signals)}
    for stage, expected in (
        (Stage.SCORED, "ABCDE"),
        (Stage.BY_MODEL, "BD"),
        (Stage.BY_RULES, "A"),
        (Stage.WARNED, "ABDE"),
        (Stage.HANDED_OUT, "ABD"),
        (Stage.ACKNOWLEDGED, "AB"),
        (Stage.TRUE, "A"),
        (Stage.FALSE, "B"),
    ):
        assert ids(frame, borrowers_at(store, frame, stage, signals)) == frozenset(expected)
        assert steps[stage] == len(expected)
