import pytest

from ews.simulation.latent.episodes import Kind
from ews.simulation.latent.population import Role
from tests.simulation.rows.courses import Episode, Plan, Written, borrower_id

FIRST, LAST = 12, 14


@pytest.fixture(scope="module")
def firms(place):
    fits = (place.people.role == Role.FIRM) & place.people.stock & place.people.has_account
    return [int(number) for number in place.people.number[fits]][:40]


@pytest.fixture(scope="module")
def inflated(place, firms):
    return Written(place, Plan(tuple(Episode(firm, FIRST, Kind.INFLATION, months=3, size=0.8) for firm in firms)))


def extra(written: Written, calm: Written, firm: int) -> list[tuple[int, int, str]]:
    """Return second, amount and party of the postings of a firm that a calm course does not have, from outside."""
    query = f"""
        SELECT epoch(occurred_at)::BIGINT, amount, counterparty_id, category FROM transactions t
        JOIN accounts a USING (account_id) WHERE a.borrower_id = '{borrower_id(firm)}' AND t.newest AND a.newest
        AND category <> 'own_transfer' AND counterparty_id IS NOT NULL AND balance_after IS NOT NULL
    """
    return sorted(set(written.rows(query)) - set(calm.rows(query)))


def test_inflated_flows_come_in_and_go_out_in_near_equal_amounts(inflated, calm, firms):
    for firm in firms:
        turns = extra(inflated, calm, firm)
        came, went = (sum(abs(turn[1]) for turn in turns if turn[1] * sign > 0) for sign in (1, -1))
        assert came > 0
        assert came == pytest.approx(went, rel=0.03)


def test_the_turnover_is_inflated_by_the_size_of_the_episode(place, inflated, calm, firms):
    came = sum(turn[1] for firm in firms for turn in extra(inflated, calm, firm) if turn[1] > 0)
    usual = sum(place.people.turnover[firm] for firm in firms)
    assert came / (3 * usual) == pytest.approx(0.8, rel=0.25)


def test_each_turn_is_over_within_days_and_with_the_same_party(inflated, calm, firms):
    for firm in firms:
        turns = extra(inflated, calm, firm)
        for second, amount, party, _ in turns:
            partners = [turn for turn in turns if turn[2] == party and turn[1] * amount < 0]
            near = [turn for turn in partners if abs(turn[0] - second) <= 4 * 86_400]
            assert any(abs(turn[1]) == pytest.approx(abs(amount), rel=0.03) for turn in near)


def test_most_turns_are_booked_as_trade_and_some_are_with_the_units_own(inflated, calm, firms):
    turns = [turn for firm in firms for turn in extra(inflated, calm, firm)]
    as_trade = sum(turn[3] in ("sales", "purchase") for turn in turns) / len(turns)
    with_own = sum(turn[2].startswith("A") for turn in turns) / len(turns)
    assert as_trade == pytest.approx(0.7, abs=0.12)
    assert 0.15 < with_own < 0.7


def test_nothing_else_of_the_calm_course_changes(inflated, calm, firms):
    query = """
        SELECT t.account_id, amount, category, occurred_at FROM transactions t WHERE category NOT IN ('own_transfer')
        AND t.newest AND balance_after IS NOT NULL
    """
    assert not set(calm.rows(query)) - set(inflated.rows(query))
