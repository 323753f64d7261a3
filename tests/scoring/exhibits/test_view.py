"""Exhibits of a batch that was scored and published."""

import shutil

import pyarrow.parquet as pq
import pytest

from ews.domain.decisions import Decision
from ews.domain.errors import UnknownBatchError, UnknownBorrowerError
from ews.scoring.exhibits.headlines import HEADLINES
from ews.scoring.exhibits.record import CIRCLES, EXHIBITS
from ews.scoring.feature_values import NAMES
from ews.scoring.lookup import find_circles, find_exhibit, find_ruled
from ews.store.batches import batch_page


@pytest.fixture
def batch(scored):
    with scored.store() as store:
        return batch_page(store, limit=1)[0][0].batch


def decisions(home, batch, *columns):
    return pq.read_table(home / batch.directory / "decisions.parquet", columns=["borrower_id", *columns]).to_pylist()


def test_everybody_decided_has_an_exhibit_that_agrees_with_the_decision(scored, batch):
    quoted = 0
    with scored.store() as store:
        for row in decisions(scored.home, batch, "record", *NAMES)[::9]:
            exhibit = find_exhibit(scored.home, store, batch.batch_id, row["borrower_id"])
            decision = Decision.from_json(row["record"])
            assert (exhibit.borrower_id, exhibit.as_of) == (decision.borrower_id, decision.as_of)
            assert dict(exhibit.features) == {name: row[name] for name in NAMES}
            balances = {loan.loan_id: loan.balance_fen for loan in exhibit.loans}
            assert {loan.loan_id: loan.balance_fen for loan in decision.loans}.items() <= balances.items()
            evidence = {each.feature: each for reason in decision.reasons for each in reason.evidence}
            for standing in exhibit.standings:
                if standing.feature in evidence:
                    told = evidence[standing.feature]
                    assert (standing.value, standing.worse_than) == (told.value, told.worse_than)
                    quoted += 1
    assert quoted > 20


def test_the_months_show_the_inflow_that_the_sentence_tells(scored, batch):
    with scored.store() as store:
        found = [
            find_exhibit(scored.home, store, batch.batch_id, row["borrower_id"])
            for row in decisions(scored.home, batch)[::7]
        ]
    told = [exhibit for exhibit in found if exhibit.features["inflow_3m"] is not None]
    assert len(told) > 20
    for exhibit in told:
        assert sum(month.inflow_fen or 0 for month in exhibit.months[-3:]) == exhibit.features["inflow_3m"]
        assert exhibit.months[-1].dpd == exhibit.features["dpd_now"]
        assert [standing.feature for standing in exhibit.standings] == list(HEADLINES)


def test_the_circles_of_the_book_hold_what_their_members_show(scored, batch):
    with scored.store() as store:
        circles = find_circles(scored.home, store, batch.batch_id)
        assert [circle.exposure_fen for circle in circles] == sorted((c.exposure_fen for c in circles), reverse=True)
        exposure = {row["borrower_id"]: row["exposure_fen"] for row in decisions(scored.home, batch, "exposure_fen")}
        for circle in circles:
            assert circle.members == len(circle.member_ids) >= 3
            assert circle.exposure_fen == sum(exposure.get(member) or 0 for member in circle.member_ids)
            assert circle.circle_id == min(circle.member_ids)
    assert circles


def test_whom_the_rules_warn_of_are_as_many_as_the_batch_counted(scored, batch):
    with scored.store() as store:
        ruled = find_ruled(scored.home, store, batch.batch_id)
    held = {row["borrower_id"] for row in decisions(scored.home, batch, "record") if _holds_a_rule(row["record"])}
    assert len(ruled) == batch.summary["caseload"]["by_rules"] > 0
    assert ruled == held


def _holds_a_rule(record):
    held = Decision.from_json(record).held
    return any(one.kind == "signal" and one.state == "holds" and not one.code.startswith(_STANDING) for one in held)


_STANDING = ("GRADE_", "DEFAULTED", "NOT_SEEN")


def test_a_borrower_that_is_not_in_the_batch_and_an_unknown_batch_are_told_apart(scored, batch):
    with scored.store() as store:
        with pytest.raises(UnknownBorrowerError, match="Borrower 'NOBODY' is not in batch"):
            find_exhibit(scored.home, store, batch.batch_id, "NOBODY")
        with pytest.raises(UnknownBatchError):
            find_exhibit(scored.home, store, "nothing", "B0000001")


def test_a_batch_of_an_earlier_version_has_no_exhibits_and_one_without_its_record_says_so(scored, batch, tmp_path):
    home = tmp_path / "home"
    shutil.copytree(scored.home / batch.directory, home / batch.directory)
    for name in (EXHIBITS, CIRCLES):
        (home / batch.directory / name).unlink()
    with scored.store() as store:
        assert find_exhibit(home, store, batch.batch_id, "B0000001") is None
        assert find_circles(home, store, batch.batch_id) == []
        (home / batch.directory / "decisions.parquet").unlink()
        with pytest.raises(UnknownBatchError, match="Restore it from the backup"):
            find_circles(home, store, batch.batch_id)
