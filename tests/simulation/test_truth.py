from datetime import date

import numpy as np
import pyarrow.parquet as pq
import pytest

from ews.events.arrears import default_days
from ews.events.book import open_book
from ews.simulation.latent.course import Cause
from ews.simulation.latent.episodes import Kind
from ews.simulation.months import Months
from ews.simulation.truth import EPISODES_NAME, auc, causes_within, truth_directory, write_truth
from tests.simulation.economies import quiet_course


def test_auc_counts_pairs_ranked_right():
    scores, happened = np.array([0.1, 0.4, 0.35, 0.8]), np.array([False, False, True, True])
    assert auc(scores, happened) == pytest.approx(0.75)


def test_ties_count_half():
    assert auc(np.array([0.2, 0.2]), np.array([False, True])) == 0.5


@pytest.mark.parametrize("happened", [[True, True], [False, False]])
def test_without_both_fates_there_is_no_auc(happened):
    assert auc(np.array([0.1, 0.2]), np.array(happened)) is None


def test_the_truth_lies_outside_the_book(made):
    assert made.report.truth.parent == truth_directory(made.directory)
    assert not made.report.truth.is_relative_to(made.directory)


def test_the_truth_names_its_book(made):
    metadata = pq.read_schema(made.report.truth).metadata
    assert metadata[b"book_id"].decode() == made.report.book.manifest.book_id


def default_days_of(made) -> None:
    """Make the days of default that the book shows a view on `made`."""
    found = default_days(open_book(made.directory), above_dpd=90, known_by=date(2026, 6, 30)).to_pyarrow()
    made.con.register("found", found)


def test_defaulted_says_what_the_book_shows(made):
    default_days_of(made)
    wrong = made.value("""
        SELECT count(*) FROM truth t WHERE defaulted_12m IS NOT NULL AND defaulted_12m <> EXISTS (
            FROM found d WHERE d.borrower_id = t.borrower_id
                AND d.default_on > t.as_of AND d.default_on <= last_day(t.as_of + INTERVAL 12 MONTH)
        )
    """)
    assert wrong == 0
    assert made.value("SELECT count(*) FROM truth WHERE defaulted_12m") > 100


def test_the_cause_is_told_where_default_follows_and_only_there(made):
    assert made.value("SELECT count(*) FROM truth WHERE coalesce(defaulted_12m, false) <> (cause IS NOT NULL)") == 0
    assert {cause for (cause,) in made.rows("SELECT DISTINCT cause FROM truth WHERE cause IS NOT NULL")} <= {
        cause.name for cause in Cause if cause
    }


def test_causes_are_those_of_the_next_default_within_the_horizon():
    cause = np.array([[0, 0, 7, 0, 12, 0]], dtype=np.int8)
    assert causes_within(cause, 2).tolist() == [[7, 7, 12, 12, 0, 0]]
    assert causes_within(cause, 1).tolist() == [[0, 7, 0, 12, 0, 0]]


def test_episodes_lie_beside_the_truth_with_their_names(made):
    kinds = {kind for (kind,) in made.rows("SELECT DISTINCT kind FROM episodes")}
    assert "" not in kinds
    assert {"BRIDGE", "TRANSACTOR", "CHECK", "RENEWAL"} <= kinds <= {kind.name for kind in Kind}
    assert made.value("SELECT count(*) FROM episodes WHERE (kind = 'CALL') <> (other IS NOT NULL)") == 0
    assert made.value("SELECT count(*) FROM episodes ANTI JOIN borrowers USING (borrower_id)") == 0
    metadata = pq.read_schema(made.report.truth.with_name(EPISODES_NAME)).metadata
    assert metadata[b"book_id"].decode() == made.report.book.manifest.book_id


def test_an_expected_pd_that_was_not_worked_out_is_null(tmp_path):
    course = quiet_course([[0, 0], [0, 0]])
    course.expected_pd[:] = [[0.25, np.nan], [0.5, 0.75]]
    told = write_truth(tmp_path / "book", "id", course, np.array([True, False]), Months(600, 2))
    assert pq.read_table(told).select(["borrower_id", "expected_pd"]).to_pylist() == [
        {"borrower_id": "B0000001", "expected_pd": 0.25},
        {"borrower_id": "B0000001", "expected_pd": None},
    ]


def test_the_last_twelve_months_have_no_fate_yet(made):
    assert made.value("SELECT min(as_of)::VARCHAR FROM truth WHERE defaulted_12m IS NULL") == "2025-07-31"


def test_nobody_in_default_has_an_expected_pd(made):
    both = made.value("""
        SELECT count(*) FROM truth t JOIN loans l USING (borrower_id) JOIN ledger g ON g.loan_id = l.loan_id
        AND g.stated_on = t.as_of WHERE g.dpd > 90 AND g.known_until IS NULL AND NOT g.withdrawn
            AND l.known_until IS NULL AND NOT l.withdrawn
    """)
    assert both == 0
