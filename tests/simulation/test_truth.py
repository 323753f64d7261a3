from datetime import date

import numpy as np
import pyarrow.parquet as pq
import pytest

from ews.events.arrears import default_days
from ews.events.book import open_book
from ews.simulation.truth import auc, truth_directory


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


def test_defaulted_says_what_the_events_show(made):
    wrong = made.value("""
        WITH defaults AS (
            SELECT l.borrower_id, min(g.stated_on) AS found_on FROM ledger g JOIN loans l USING (loan_id)
            WHERE g.dpd > 90 GROUP BY ALL
        )
        SELECT count(*) FROM truth t LEFT JOIN defaults d USING (borrower_id)
        WHERE defaulted_12m IS NOT NULL
            AND defaulted_12m <> coalesce(found_on > as_of AND found_on <= last_day(as_of + INTERVAL 12 MONTH), false)
    """)
    assert wrong == 0
    assert made.value("SELECT count(*) FROM truth WHERE defaulted_12m") > 100


def test_the_days_of_default_found_in_the_book_are_those_of_the_simulator(made):
    found = default_days(open_book(made.directory), above_dpd=90, known_by=date(2026, 6, 30)).to_pyarrow()
    made.con.register("found", found)
    wrong = made.value("""
        WITH first AS (SELECT borrower_id, min(default_on) AS default_on FROM found GROUP BY ALL)
        SELECT count(*) FROM truth LEFT JOIN first USING (borrower_id)
        WHERE default_on <= as_of OR defaulted_12m <> coalesce(default_on <= last_day(as_of + INTERVAL 12 MONTH), false)
    """)
    assert wrong == 0


def test_the_last_twelve_months_have_no_fate_yet(made):
    assert made.value("SELECT min(as_of)::VARCHAR FROM truth WHERE defaulted_12m IS NULL") == "2025-07-31"


def test_nobody_in_default_has_an_expected_pd(made):
    both = made.value("""
        SELECT count(*) FROM truth t JOIN loans l USING (borrower_id) JOIN ledger g ON g.loan_id = l.loan_id
        AND g.stated_on = t.as_of WHERE g.dpd > 90
    """)
    assert both == 0
