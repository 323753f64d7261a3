from datetime import date

import pytest

from tests.features.account_flows.cases import ACCOUNT, flows, month, posting


def monthly_inflow(amounts):
    """Return a posting per month back, the newest first."""
    return [posting(month(back), amount) for back, amount in enumerate(amounts) if amount]


def test_two_years_worked_by_hand():
    postings = monthly_inflow([100] * 12 + [300] * 8 + [0] + [300] * 3)
    postings += [posting(month(back), -350) for back in (3, 15, 20)]
    seen = flows({"B": postings})["B"]
    assert seen["inflow_24m"] == 12 * 100 + 11 * 300
    assert seen["inflow_change_12m"] == pytest.approx(1_200 / 3_300 - 1)
    assert (seen["inflow_months_24m"], seen["net_outflow_months_24m"], seen["postings_24m"]) == (23, 3, 26)
    mean = 4_500 / 24
    squares = 12 * (100 - mean) ** 2 + 11 * (300 - mean) ** 2 + mean**2
    assert seen["inflow_volatility_24m"] == pytest.approx((squares / 24) ** 0.5 / mean)
    assert seen["inflow_volatility_12m"] == 0


SEASONS = {
    "EVERY_YEAR_THE_SAME": ([10, 10, 10, *[90] * 9, 10, 10, 10], (0, 10 / 90 - 1, 10 / (830 / 11) - 1)),
    "HALF_OF_LAST_YEAR": ([40, 50, 60, *[90] * 9, 100, 100, 100], (-0.5, 50 / 90 - 1, 40 / (920 / 11) - 1)),
    "NOTHING_A_YEAR_AGO": ([40, 50, 60, *[90] * 9], (None, 50 / 90 - 1, 40 / (920 / 11) - 1)),
    "STOPPED": ([0, 0, 0, *[90] * 9, 50, 50, 50], (-1, -1, -1)),
}
"""Monthly inflow, the newest first, and its change against a year ago, over 3 months and over 1 month."""


def test_a_season_is_a_drop_against_the_months_before_and_none_against_the_year_before():
    seen = flows({case: monthly_inflow(amounts) for case, (amounts, *_) in SEASONS.items()})
    names = ("inflow_vs_last_year_3m", "inflow_change_3m", "inflow_change_1m")
    told = {case: tuple(row[name] for name in names) for case, row in seen.items()}
    assert told == {case: pytest.approx(changes) for case, (_, changes) in SEASONS.items()}


def test_comparisons_wait_until_the_account_is_older_than_their_window():
    first_posting = {"OLD": [posting(date(2025, 3, 31), 1)], "YOUNG": []}
    cases = {case: [*first, *monthly_inflow([100] * 15)] for case, first in first_posting.items()}
    seen = flows(cases, accounts=({**ACCOUNT, "opened_on": date(2025, 4, 1)},))
    assert (seen["OLD"]["inflow_vs_last_year_3m"], seen["OLD"]["inflow_change_3m"]) == (0, 0)
    assert (seen["YOUNG"]["inflow_vs_last_year_3m"], seen["YOUNG"]["inflow_change_3m"]) == (None, 0)
    assert (seen["YOUNG"]["inflow_24m"], seen["YOUNG"]["inflow_months_24m"]) == (1_500, None)
