"""Simple models to stand beside."""

import numpy as np
import pytest
from sklearn.linear_model import LogisticRegression
from sklearn.preprocessing import StandardScaler

from ews.validation.contenders import CONTENDERS, NAMES, days_past_due, logistic, plain_lightgbm
from ews.validation.power import auc
from ews.validation.tested import Taught
from tests.validation import made


def only(rows: Taught, *names: str) -> Taught:
    return rows.columns(np.array([name in names for name in made.NAMES]))


def test_logistic_is_sklearns_on_standardised_columns():
    rows = only(made.taught(400), "inflow_change_3m", "inquiries_3m")
    standard = StandardScaler().fit(rows.matrix)
    expected = LogisticRegression(max_iter=2_000, tol=1e-8).fit(standard.transform(rows.matrix), rows.outcome)
    found = logistic(rows, rows.matrix)
    assert found == pytest.approx(expected.predict_proba(standard.transform(rows.matrix))[:, 1], abs=1e-3)


def test_logistic_takes_nulls_constants_and_columns_that_nobody_knows():
    rows = made.taught(300)
    matrix = rows.matrix.copy()
    matrix[:, 0], matrix[:, 1] = np.nan, 7.0
    found = logistic(Taught(rows.features, rows.rows, matrix), np.full((2, matrix.shape[1]), np.nan))
    assert ((found > 0) & (found < 1)).all()


def test_days_past_due_are_the_rates_of_their_buckets():
    rows = only(made.taught(500), "dpd_now")
    days = rows.matrix[:, 0]
    found = days_past_due(rows, np.array([[0.0], [1.0], [30.0], [31.0], [np.nan]]))
    current, early, late = (days == 0), (days > 0) & (days <= 30), (days > 30) & (days <= 60)
    rates = [(rows.outcome[mask].sum() + 0.5) / (mask.sum() + 1) for mask in (current, early, late)]
    assert found[:2].tolist() == pytest.approx([rates[0], max(rates[:2])])
    assert found[2] == found[1]
    assert found[3] == pytest.approx(max(rates))


def test_without_days_past_due_all_are_alike():
    rows = only(made.taught(100), "inquiries_3m")
    assert set(days_past_due(rows, rows.matrix)) == {(rows.outcome.sum() + 0.5) / (len(rows) + 1)}


def test_each_orders_borrowers_it_did_not_see():
    rows, others = made.taught(900), made.examined(900)
    found = {name: auc(contender(rows, others.matrix), others.outcome) for name, contender in CONTENDERS.items()}
    assert found["logistic"] > 0.68
    assert found["plain_lightgbm"] > 0.62
    assert 0.55 < found["days_past_due"] < found["logistic"]
    assert set(NAMES) == set(CONTENDERS)


def test_plain_lightgbm_gives_the_same_bytes_twice():
    rows = made.taught(200)
    assert np.array_equal(plain_lightgbm(rows, rows.matrix), plain_lightgbm(rows, rows.matrix))
