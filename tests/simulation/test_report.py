import json

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


@pytest.mark.parametrize(("borrowers", "expected"), [(10**4, 24), (10**6, 23)])
def test_a_large_book_is_judged_at_the_quarter_end_before_the_middle(borrowers, expected):
    assert middle_snapshot(Months(600, 60), borrowers) == expected


def test_a_large_book_without_a_mature_quarter_end_is_not_judged():
    assert middle_snapshot(Months(600, 14), 10**6) is None


def test_defaults_per_year_are_those_of_the_truth(made):
    # at risk one month and in default at the next: the truth has rows for the first only
    found = made.rows("""
        WITH spells AS (
            SELECT *, lead(as_of) OVER (PARTITION BY borrower_id ORDER BY as_of) AS following FROM truth
        )
        SELECT year(last_day(as_of + INTERVAL 1 MONTH)), count(*) FROM spells
        WHERE defaulted_12m AND following IS DISTINCT FROM last_day(as_of + INTERVAL 1 MONTH)
        GROUP BY ALL ORDER BY 1
    """)
    told = {year: number for year, number in made.report.defaults_per_year.items() if number and year < 2025}
    assert told == {year: number for year, number in found if year < 2025}


def test_the_rate_is_defaults_per_year_at_risk(made):
    at_risk = made.rows("SELECT year(as_of), count(*) / 12.0 FROM truth GROUP BY ALL")
    for year, years in at_risk:
        rate = made.report.rate_per_year[year]
        assert rate == pytest.approx(made.report.defaults_per_year[year] / float(years))


def test_power_tells_on_how_many_it_rests(made):
    borrowers, defaults = made.rows(f"""
        SELECT count(*), count(*) FILTER (defaulted_12m) FROM truth WHERE as_of = DATE '{made.report.snapshot}'
    """)[0]
    assert (made.report.overall.borrowers, made.report.overall.defaults) == (borrowers, defaults)
    assert made.report.not_past_due.borrowers < borrowers


def test_causes_share_all_defaults_among_them(made):
    causes = made.report.causes
    assert sum(found.defaults for found in causes) == sum(made.report.defaults_per_year.values())
    assert sum(found.share for found in causes) == pytest.approx(1)
    assert [found.defaults for found in causes] == sorted((found.defaults for found in causes), reverse=True)


def test_a_causes_auc_sets_its_defaults_against_those_who_did_not_default(made):
    most = made.report.causes[0]
    judged, pairs = made.rows(f"""
        WITH yearly AS (
            FROM truth WHERE month(as_of) = month(DATE '{made.report.snapshot}') AND defaulted_12m IS NOT NULL
        ),
        scored AS (FROM yearly WHERE NOT defaulted_12m OR cause = '{most.cause.name}')
        SELECT (SELECT count(*) FROM scored WHERE defaulted_12m), ({SHARE_RANKED_RIGHT})
    """)[0]
    assert most.judged == judged
    assert most.auc == pytest.approx(pairs)


def test_the_network_is_that_of_the_book(made):
    shape = made.report.network
    told = made.value("""
        SELECT count(DISTINCT guarantee_id) FROM guarantees
        WHERE guarantor_id IN (SELECT borrower_id FROM borrowers) AND borrower_id IN (SELECT borrower_id FROM borrowers)
    """)
    assert shape.guarantees == told
    assert shape.pairs + shape.small + len(shape.large) == shape.components


def test_the_report_tells_itself_in_plain_values(made):
    told = json.loads(json.dumps(made.report.as_dict(), default=str))
    assert (told["world"], told["auc"]) == ("A", made.report.auc)
    assert told["overall"]["defaults"] == made.report.overall.defaults
    assert {cause["cause"] for cause in told["causes"]} == {found.cause.name for found in made.report.causes}


def test_the_auc_is_that_of_the_truth_at_the_snapshot(made):
    pairs = made.value(f"""
        WITH scored AS (FROM truth WHERE as_of = DATE '{made.report.snapshot}') {SHARE_RANKED_RIGHT}
    """)
    assert made.report.auc == pytest.approx(pairs)


def test_the_auc_of_those_not_past_due_leaves_out_all_in_arrears(made):
    pairs = made.value(f"""
        WITH late AS (
            SELECT DISTINCT l.borrower_id FROM ledger g JOIN loans l USING (loan_id)
            WHERE g.stated_on = DATE '{made.report.snapshot}' AND g.dpd > 0 AND l.product <> 'card'
                AND g.known_until IS NULL AND NOT g.withdrawn
        ),
        scored AS (FROM truth ANTI JOIN late USING (borrower_id) WHERE as_of = DATE '{made.report.snapshot}')
        {SHARE_RANKED_RIGHT}
    """)
    assert made.report.auc_not_past_due == pytest.approx(pairs)


def test_rows_are_counted_per_table(made):
    assert made.value("SELECT count(DISTINCT borrower_id) FROM borrowers") == 1_200
    assert made.report.rows["borrowers"] >= 1_200
    assert made.report.rows["transactions"] == made.value("SELECT count(*) FROM transactions")
