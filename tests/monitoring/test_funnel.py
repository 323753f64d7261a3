"""From all borrowers to the warnings that a person found true."""

from datetime import timedelta
from typing import Any

import pytest

from ews.domain.errors import RequestError
from ews.domain.levels import WarningLevel
from ews.monitoring.funnel import Stage, Step, borrowers_at, funnel
from ews.monitoring.load import load
from ews.store.batches import latest_batch
from ews.store.cases import Case, open_case
from ews.store.engine import writing
from tests.store.samples import NOON, published, row

CASELOAD = {"by_model": 2, "by_rules": 3, "released": 3, "waiting": 0}


def open_warning(store, borrower_id: str, *, hours: int = 1, branch_id="branch-1", exposure_fen=100, **body: Any):
    told = {"batch_id": "june", "acknowledged_by": None, "verdict": None, **body}
    draft = Case(
        "warning", "raised", portfolio="sme", borrower_id=borrower_id, branch_id=branch_id, exposure_fen=exposure_fen,
        body=told,
    )  # fmt: skip
    with writing(store) as connection:
        open_case(connection, draft, verb="raise", user_id="ews", at=NOON + timedelta(hours=hours), content={})


@pytest.fixture
def frame(store):
    calm = WarningLevel.NONE
    people = [
        row("A", exposure_fen=100),
        row("B", exposure_fen=None, grade="G9"),
        row("C", exposure_fen=300, level=calm, grade="G2"),
        row("D", exposure_fen=500, branch_id="b2", grade="G9"),
    ]
    published(store, "june", people, summary={"caseload": CASELOAD})
    return load(store, latest_batch(store))


def test_a_funnel_of_four_borrowers_counted_by_hand(store, frame):
    open_warning(store, "Z", hours=-1)  # before the batch
    open_warning(store, "A", acknowledged_by="o1", verdict="false")
    open_warning(store, "A", acknowledged_by="o1", verdict="true", verdict_reason='says "verdict":"false"')
    open_warning(store, "B", acknowledged_by="o1", verdict="false", exposure_fen=None)
    open_warning(store, "C", acknowledged_by="o2", exposure_fen=300)
    open_warning(store, "D", branch_id="b2", exposure_fen=500)
    open_warning(store, "Y", batch_id="another")
    assert funnel(store, frame) == (
        Step(Stage.SCORED, 4, 900, 1),
        Step(Stage.BY_MODEL, 2),
        Step(Stage.BY_RULES, 3),
        Step(Stage.WARNED, 3, 600, 1),
        Step(Stage.HANDED_OUT, 4, 900, 1, 5),
        Step(Stage.ACKNOWLEDGED, 3, 400, 1, 4),
        Step(Stage.TRUE, 1, 100, 0, 1),
        Step(Stage.FALSE, 1, 0, 1, 2),
    )


def test_a_branch_sees_its_own_and_what_is_not_known_of_it_stays_unknown(store, frame):
    open_warning(store, "A")
    open_warning(store, "D", branch_id="b2", exposure_fen=500)
    found = {one.stage: one for one in funnel(store, frame, "b2")}
    assert found[Stage.SCORED] == Step(Stage.SCORED, 1, 500, 0)
    assert found[Stage.BY_MODEL] == Step(Stage.BY_MODEL, None)
    assert found[Stage.BY_RULES] == Step(Stage.BY_RULES, None)
    assert found[Stage.HANDED_OUT] == Step(Stage.HANDED_OUT, 1, 500, 0, 1)


@pytest.mark.parametrize(("branch", "expected"), [(None, (2, 500, 1)), ("b2", (1, 500, 0))])
def test_with_the_grades_that_warn_the_model_has_money_and_branches(store, frame, branch, expected):
    found = funnel(store, frame, branch, warning_grades=("G9",))
    assert found[1] == Step(Stage.BY_MODEL, *expected)


def test_before_anybody_acts_the_lower_steps_are_nobody(store, frame):
    assert funnel(store, frame)[4:] == tuple(Step(stage, 0, 0, 0, 0) for stage in list(Stage)[4:])


def test_what_an_earlier_batch_did_not_count_is_unknown(store):
    published(store, "june", [row("A")], summary={})
    assert funnel(store, load(store, latest_batch(store)))[1].borrowers is None


def test_each_step_from_handing_out_on_has_its_borrowers(store, frame):
    open_warning(store, "A", acknowledged_by="o1", verdict="false")
    open_warning(store, "A", acknowledged_by="o1", verdict="true")
    open_warning(store, "B", acknowledged_by="o1", verdict="false")
    open_warning(store, "D", branch_id="b2")
    steps = {one.stage: one.borrowers for one in funnel(store, frame)}
    for stage, ids in (
        (Stage.HANDED_OUT, "ABD"),
        (Stage.ACKNOWLEDGED, "AB"),
        (Stage.TRUE, "A"),
        (Stage.FALSE, "B"),
    ):
        assert borrowers_at(store, frame.publication, stage) == frozenset(ids)
        assert steps[stage] == len(ids)
    assert borrowers_at(store, frame.publication, Stage.HANDED_OUT, "b2") == {"D"}
    with pytest.raises(RequestError, match="no warnings at 'scored'"):
        borrowers_at(store, frame.publication, Stage.SCORED)
