import numpy as np
import pytest

from ews.simulation.latent.main_loans import BUSINESS, CONSUMER, MORTGAGE
from ews.simulation.rows.loan_terms import (
    CONSUMPTION,
    EQUIPMENT,
    HOME,
    MORTGAGED,
    REFINANCED,
    RENEWED,
    UNSECURED,
    WORKING_CAPITAL,
    purpose_of,
    security_of,
)


@pytest.mark.parametrize(
    ("product", "term", "renewed", "refinanced", "purpose"),
    [
        (BUSINESS, 12, False, False, WORKING_CAPITAL),
        (BUSINESS, 36, False, False, EQUIPMENT),
        (CONSUMER, 36, False, False, CONSUMPTION),
        (MORTGAGE, 240, False, False, HOME),
        (BUSINESS, 12, False, True, REFINANCED),
        (BUSINESS, 12, True, False, RENEWED),
    ],
)
def test_the_purpose_follows_from_product_and_term_unless_an_old_loan_is_repaid(
    product, term, renewed, refinanced, purpose
):
    found = purpose_of(np.array([product]), np.array([term]), np.array([renewed]), np.array([refinanced]))
    assert found.tolist() == [purpose]


def test_homes_are_mortgaged_and_second_loans_mostly_unsecured(place):
    block = place.block()
    everybody = np.arange(block.size)
    assert set(security_of(block, 0, everybody, np.full(block.size, MORTGAGE))) == {MORTGAGED}
    main, second = (security_of(block, lane, everybody, np.full(block.size, BUSINESS)) for lane in (0, 1))
    assert np.mean(main == UNSECURED) == pytest.approx(0.40, abs=0.06)
    assert np.mean(second == UNSECURED) == pytest.approx(0.75, abs=0.06)
