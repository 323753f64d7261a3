import pytest

from ews.simulation.months import Months
from ews.simulation.report import middle_snapshot

SHARE_RANKED_RIGHT = """
    SELECT avg(CASE sign(d.expected_pd - n.expected_pd) WHEN 1 THEN 1.0 WHEN 0 THEN 0.5 ELSE 0 END)
    FROM scored d, scored n WHERE d.defaulted_12m AND NOT n.defaulted_12m
"""


@pytest.mark.parametrize(("count", "expected"), [(1, None), (12, None), (13, 0), (36, 12), (60, 24)])
def test_the_middle_snapshot_has_its_twelve_months_in_the_book(count, expected):
    assert middle_snapshot(Months(600, count)) == expected


def test_defaults_per_year_are_those_of_the_ledger(made):
    found = made.rows("""
        SELECT year(first), count(*) FROM (
            SELECT min(stated_on) AS first FROM ledger JOIN loans USING (loan_id) WHERE dpd > 90 GROUP BY borrower_id
        ) GROUP BY ALL ORDER BY 1
    """)
    assert {year: defaults for year, defaults in made.report.defaults_per_year.items() if defaults} == dict(found)


def test_the_auc_is_that_of_the_truth_at_the_snapshot(made):
    pairs = made.value(f"""
        WITH scored AS (FROM truth WHERE as_of = DATE '{made.report.snapshot}') {SHARE_RANKED_RIGHT}
    """)
    assert made.report.auc == pytest.approx(pairs)


def test_the_auc_of_those_not_past_due_leaves_out_all_in_arrears(made):
    pairs = made.value(f"""
        WITH late AS (
            SELECT DISTINCT borrower_id FROM ledger JOIN loans USING (loan_id)
            WHERE stated_on = DATE '{made.report.snapshot}' AND dpd > 0
        ),
        scored AS (FROM truth ANTI JOIN late USING (borrower_id) WHERE as_of = DATE '{made.report.snapshot}')
        {SHARE_RANKED_RIGHT}
    """)
    assert made.report.auc_not_past_due == pytest.approx(pairs)


def test_rows_are_counted_per_table(made):
    assert made.report.rows["borrowers"] == 1_200
    assert made.report.rows["transactions"] == made.value("SELECT count(*) FROM transactions")
