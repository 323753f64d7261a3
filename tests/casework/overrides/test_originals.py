from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ews.casework.overrides.originals import Original, Stated, loans_of, refuse_above_floor, standing_tier
from ews.domain.errors import TransitionError
from ews.domain.levels import Tier, worst_tier
from tests.casework.borrowers import L1, L2, OVERDUE_90, PASS, SPECIAL, SUBSTANDARD, borrower
from tests.store.samples import JUNE, decision

TODAY = date(2026, 7, 6)
tiers = st.sampled_from(Tier)


def original(floor: Tier, proposal: Tier) -> Original:
    return Original("L1", "june", JUNE, floor, proposal, worst_tier((floor, proposal)), ())


def test_the_loans_of_a_record_keep_floor_proposal_tier_and_grounds():
    first, second = loans_of(borrower(loans=(L1, L2)))
    assert (first.floor, first.proposal, first.tier, first.initial, first.grounds) == (
        PASS,
        SPECIAL,
        SPECIAL,
        SPECIAL,
        (),
    )
    assert (second.floor, second.initial, second.grounds) == (
        SUBSTANDARD,
        SUBSTANDARD,
        (("OVERDUE_90", "substandard"),),
    )


def test_a_record_of_an_earlier_version_has_the_floor_of_its_rules():
    (one,) = loans_of(decision())  # its loan knows neither floor nor proposal
    assert (one.floor, one.proposal) == (SPECIAL, SPECIAL)


@given(floor=tiers, stated=tiers)
def test_only_a_tier_better_than_the_floor_is_refused(floor, stated):
    loan = original(floor, PASS)
    if stated.rank < floor.rank:
        with pytest.raises(TransitionError, match=f"cannot be '{stated}': its floor is '{floor}'"):
            refuse_above_floor([loan], stated, ())
    else:
        refuse_above_floor([loan], stated, ())


def test_a_refusal_names_the_rules_of_law_that_hold_and_not_those_of_the_model():
    grounds = (("OVERDUE", "special_mention"), ("MODEL_SAYS", "special_mention"), (OVERDUE_90.code, "substandard"))
    loan = Original("L2", "june", JUNE, SUBSTANDARD, SPECIAL, SUBSTANDARD, grounds)
    with pytest.raises(TransitionError, match=r"held by OVERDUE, OVERDUE_90. State 'substandard' or worse"):
        refuse_above_floor([loan], PASS, {"MODEL_SAYS"})
    with pytest.raises(TransitionError, match=r"held by OVERDUE_90. "):
        refuse_above_floor([loan], SPECIAL, {"MODEL_SAYS"})


@given(floor=tiers, proposal=tiers, first=tiers, second=tiers)
def test_the_newest_override_counts_but_never_beats_the_floor(floor, proposal, first, second):
    loan = original(floor, proposal)
    stated = [
        Stated("O2", None, second, TODAY, TODAY),
        Stated("O1", "L1", first, date(2026, 7, 1), TODAY),
    ]
    assert standing_tier(loan, stated, TODAY) is worst_tier((floor, second))
    assert standing_tier(loan, stated[1:], TODAY) is worst_tier((floor, first))


@pytest.mark.parametrize(
    "stated",
    [
        Stated("O1", "L9", SUBSTANDARD, TODAY, TODAY),  # another loan's
        Stated("O1", "L1", SUBSTANDARD, date(2026, 7, 7), TODAY),  # not yet
        Stated("O1", "L1", SUBSTANDARD, TODAY, date(2026, 7, 5)),  # no longer
    ],
)
def test_an_override_that_is_not_in_force_changes_nothing(stated):
    assert standing_tier(original(PASS, SPECIAL), [stated], TODAY) is SPECIAL
