import numpy as np
import pytest

from ews.simulation.arrays import NEVER
from ews.simulation.latent.course import ABSENT
from ews.simulation.latent.episodes import Kind
from ews.simulation.latent.main_loans import BULLET, BUSINESS, INSTALMENT, MORTGAGE
from ews.simulation.latent.population import Role
from ews.simulation.rows.loan_terms import GUARANTEED, MORTGAGED, REFINANCED, RENEWED
from ews.simulation.rows.loans import NO_DAY, Loans, sign_loans
from tests.simulation.rows.courses import CALM, Episode, Plan, Village, everybody, wild_plan


@pytest.fixture(scope="module")
def loans(place):
    return sign_loans(place.block())


@pytest.fixture(scope="module")
def firm(place):
    return place.of_role(Role.FIRM, borrows=True, term=12, repayment=BULLET)


def main_loans(place: Village, number: int, plan: Plan = CALM) -> Loans:
    """Return the main loans of one borrower, those from month 0 on."""
    block = place.block(plan, place.unit(number))
    signed = sign_loans(block)
    own = (signed.borrower == block.place(np.array([number]))[0]) & (signed.number % 2 == 0) & (signed.opens >= 0)
    return Loans(*(getattr(signed, name)[own] for name in Loans.__slots__))


@pytest.mark.parametrize("plan", [lambda _: CALM, wild_plan], ids=["calm", "wild"])
def test_who_borrows_has_one_main_loan_at_each_month_end_while_there(place, plan):
    block = place.block(plan(place))
    signed = sign_loans(block)
    standing = np.zeros((block.size, block.months.count), dtype=np.int64)
    for borrower, number, opens, ends in zip(signed.borrower, signed.number, signed.opens, signed.ends, strict=True):
        if number % 2 == 0:
            standing[borrower, max(opens, 0) : min(ends, block.months.count)] += 1
    assert standing.max() == 1
    let_go = block.since(Kind.EXIT)
    expected = block.present & block.people.borrows[:, None]
    assert not np.any(standing[~expected])
    assert np.array_equal(standing[~let_go] == 1, expected[~let_go])


def test_main_loans_mature_when_the_population_says(place, loans):
    people = place.people
    main = (loans.number % 2 == 0) & (loans.opens >= 0)
    who = loans.borrower[main]
    since = loans.matures[main] - people.anchor[who]
    assert np.all((since >= 0) & (since % people.term[who] == 0))
    assert np.array_equal(loans.product[main], people.product[who])


def test_a_loan_is_opened_while_all_is_paid(place):
    block = place.block(wild_plan(place))
    signed = sign_loans(block)
    new = (signed.opens >= 0) & (signed.opens != block.people.joined[signed.borrower])
    assert np.all(block.arrears[signed.borrower[new], signed.opens[new]] == 0)


def test_the_next_loan_opens_within_days_of_the_repayment(place, loans):
    block = place.block()
    main = loans.number % 2 == 0
    following = np.flatnonzero(main & (loans.number > 0))
    before = np.array([
        np.flatnonzero((loans.borrower == loans.borrower[i]) & (loans.number == loans.number[i] - 2))[0]
        for i in following
    ])  # fmt: skip
    assert np.array_equal(loans.ends[before], loans.opens[following])
    repaid = block.due_on(loans.borrower[before], loans.ends[before])
    gap = loans.opened_on[following] - repaid
    assert (gap.min(), gap.max()) >= (-3, 0)
    assert gap.max() <= 25 + 6


def test_an_evergreen_is_larger_and_linked_in_half_of_the_cases(place):
    people = place.people
    fits = people.borrows & people.stock & (people.product == BUSINESS) & (people.anchor < place.months.count)
    who = [int(number) for number in people.number[fits]]
    plan = Plan(tuple(Episode(number, int(people.anchor[number]), Kind.EVERGREEN, size=1.3) for number in who))
    block = place.block(plan)
    signed = sign_loans(block)
    main = signed.number % 2 == 0
    linked = []
    for number in who:
        own = np.flatnonzero(main & (signed.borrower == number))
        old, new = own[0], own[1]
        assert signed.opens[new] == people.anchor[number]
        assert signed.principal[new] == pytest.approx(1.3 * signed.principal[old], abs=100_000)
        linked.append(signed.replaces[new] == signed.number[old])
        assert (signed.purpose[new] == REFINANCED) == linked[-1]
    assert np.mean(linked) == pytest.approx(0.5, abs=0.15)


def test_a_renewal_is_of_the_same_amount_on_the_day_of_repayment(place, firm):
    month = int(place.people.anchor[firm])
    old, new = (main_loans(place, firm, Plan(planted)) for planted in ((), (Episode(firm, month, Kind.RENEWAL),)))
    block = place.block(Plan(), place.unit(firm))
    first = sign_loans(block)
    before = first.principal[(first.number == 0) & (first.borrower == 0)][0]
    assert (new.purpose[0], new.replaces[0], new.principal[0]) == (RENEWED, 0, before)
    assert old.purpose[0] != RENEWED
    due_on = int(block.due_on(np.array([0]), np.array([month]))[0])
    assert new.opened_on[0] == due_on + block.late[0, month]


def test_relief_moves_the_end_of_a_running_loan(place, firm):
    month = int(place.people.anchor[firm]) + 3
    calm, eased = (main_loans(place, firm, Plan(planted)) for planted in ((), (Episode(firm, month, Kind.RELIEF),)))
    assert (eased.eased[0], eased.added[0]) == (month, 6)
    assert eased.matures[0] == calm.matures[0] + 6
    assert (calm.eased[0], calm.added[0]) == (NEVER, 0)
    assert eased.principal[0] == calm.principal[0]


def test_relief_on_the_day_a_loan_matures_is_a_new_loan_that_is_a_restructuring(place, firm):
    month = int(place.people.anchor[firm])
    usual, new = (main_loans(place, firm, Plan(planted)) for planted in ((), (Episode(firm, month, Kind.RELIEF),)))
    assert (new.replaces[0], new.purpose[0]) == (0, REFINANCED)
    assert new.restructured_on[0] == new.opened_on[0]
    assert new.principal[0] < usual.principal[0] * 1.3
    assert set(usual.restructured_on) == {NO_DAY}


def test_after_an_exit_no_loan_follows(place, firm):
    month = int(place.people.anchor[firm])
    exits = Plan((Episode(firm, month, Kind.EXIT),), arrears={firm: [0] * (month + 1) + [ABSENT]})
    assert len(main_loans(place, firm, exits)) == 0
    assert len(main_loans(place, firm)) > 0


def test_after_a_cut_the_next_loan_is_smaller_and_none_is_granted_beside(place):
    firms = [int(number) for number in place.people.number[place.people.firm & place.people.borrows]]
    cut = sign_loans(place.block(Plan(tuple(Episode(firm, 1, Kind.CUT) for firm in firms))))
    free = sign_loans(place.block())
    new = lambda signed: np.isin(signed.borrower, firms) & (signed.opens > 2)  # noqa: E731
    assert np.sum(new(free) & (free.number % 2 == 1)) > 20
    assert np.sum(new(cut) & (cut.number % 2 == 1)) == 0
    first: dict[str, dict[int, int]] = {}
    for signed, name in ((free, "free"), (cut, "cut")):
        main = new(signed) & (signed.number == 2)
        first[name] = dict(zip(signed.borrower[main].tolist(), signed.principal[main].tolist(), strict=True))
    ratios = [first["cut"][firm] / first["free"][firm] for firm in first["cut"]]
    assert np.median(ratios) == pytest.approx(0.65, abs=0.01)


@pytest.mark.parametrize(("name", "least", "most"), [("appetite", 1.8, 8.0), ("squeeze", 0.3, 0.95)])
def test_second_loans_are_granted_to_those_who_seek_them_and_less_to_those_short_of_cash(place, name, least, most):
    usual, grave = (
        np.sum(signed.number % 2 == 1)
        for signed in (sign_loans(place.block()), sign_loans(place.block(everybody(place, name, 2.0))))
    )
    assert least < grave / usual < most


def test_a_loan_due_in_arrears_ends_when_all_is_caught_up(place, firm):
    month = int(place.people.anchor[firm])
    late = [0] * month + [1, 2, 0]
    signed = main_loans(place, firm, Plan(arrears={firm: late}))
    assert signed.opens[0] == month + 2
    assert signed.matures[0] == month + 12


def test_loans_of_the_stock_opened_when_their_borrowers_were_customers(place, loans):
    assert np.all(loans.opened_on >= place.people.customer_since[loans.borrower])
    assert loans.opens.min() < 0


def test_homes_are_mortgaged_and_the_guaranteed_have_some_security(place):
    block = place.block()
    signed = sign_loans(block)
    assert set(signed.security[signed.product == MORTGAGE]) == {MORTGAGED}
    assert {INSTALMENT} == set(signed.repayment[signed.product == MORTGAGE])
    object.__setattr__(block, "guaranteed", np.ones(block.size, np.bool_))
    guaranteed = sign_loans(block)
    assert np.all(guaranteed.security[guaranteed.number % 2 == 0] > 0)
    assert np.sum(guaranteed.security == GUARANTEED) > np.sum(signed.security == GUARANTEED)
