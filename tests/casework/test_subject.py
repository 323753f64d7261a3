import pytest

from ews.casework.subject import at_risk_fen, draft_about, subject_of
from ews.domain.errors import UnknownBorrowerError
from ews.store.publications import DecisionRow
from ews.store.standings import AmbiguousBorrowerError
from tests.casework.borrowers import borrower, with_june
from tests.casework.people import HEAD, OFFICER, OTHER
from tests.store.samples import JULY, published


def test_the_newest_decision_comes_with_its_record(store):
    with_june(store)
    found = subject_of(store, OFFICER, "B1")
    assert (found.standing.batch_id, [loan.loan_id for loan in found.record.loans]) == ("june", ["L1", "L2"])


@pytest.mark.parametrize("portfolio", [None, "sme"])
def test_a_borrower_of_another_branch_reads_like_none(store, portfolio):
    with_june(store)
    told = []
    for asked in ("B9", "B8"):
        with pytest.raises(UnknownBorrowerError) as refused:
            subject_of(store, OFFICER, asked, portfolio)
        told.append(str(refused.value).replace(asked, "…"))
    assert told[0] == told[1]
    assert subject_of(store, OTHER, "B9", portfolio).standing.branch_id == "branch-2"


def test_an_id_of_two_portfolios_is_ambiguous_for_those_who_see_both(store):
    with_june(store)
    published(store, "retail", [DecisionRow.of(borrower("B1", branch_id="branch-2"))], portfolio="retail")
    with pytest.raises(AmbiguousBorrowerError, match="in 2 portfolios: 'retail', 'sme'"):
        subject_of(store, HEAD, "B1")
    assert [subject_of(store, one, "B1").standing.portfolio for one in (OFFICER, OTHER)] == ["sme", "retail"]
    assert subject_of(store, HEAD, "B1", "retail").standing.portfolio == "retail"


def test_a_borrower_who_left_has_no_record_any_more(store):
    with_june(store)
    published(store, "july", [DecisionRow.of(borrower("B2"))], as_of=JULY)
    assert subject_of(store, OFFICER, "B1").record is None


@pytest.mark.parametrize(
    ("changed", "expected"),
    [
        ({}, 2_000),  # the loans' expected loss
        ({"loans": ()}, 7_800_000),  # pd x exposure
        ({"loans": (), "in_default": True, "pd": None}, 31_200_000),
        ({"loans": (), "pd": None}, None),
        ({"loans": (), "exposure_fen": None}, None),
    ],
)
def test_money_at_risk_is_expected_loss_or_what_comes_nearest(store, changed, expected):
    published(store, "june", [DecisionRow.of(borrower("B1", **changed))])
    standing = subject_of(store, OFFICER, "B1").standing
    assert at_risk_fen(standing) == expected
    assert draft_about(standing, "task", "open").at_risk_fen == expected
