from datetime import date

from ews.simulation.latent.population import Role
from tests.simulation.rows.courses import borrower_id


def test_a_unit_is_told_by_its_relations(place, calm):
    spouse = place.of_role(Role.SPOUSE)
    firm = int(place.people.head[spouse])
    told = calm.rows(f"""
        SELECT from_id, to_id, kind FROM relations WHERE from_id IN ('{borrower_id(firm + 1)}', '{borrower_id(spouse)}')
        AND kind <> 'affiliate' AND to_id IN ('{borrower_id(firm)}', '{borrower_id(firm + 1)}') ORDER BY kind
    """)
    assert sorted(set(told)) == [
        (borrower_id(firm + 1), borrower_id(firm), "controller"),
        (borrower_id(spouse), borrower_id(firm + 1), "spouse"),
    ]


def test_an_affiliate_belongs_to_the_firm_and_to_its_controller(place, calm):
    affiliate = place.of_role(Role.AFFILIATE)
    firm = int(place.people.head[affiliate])
    told = calm.rows(
        f"SELECT DISTINCT kind, from_id FROM relations WHERE to_id = '{borrower_id(affiliate)}' ORDER BY kind"
    )
    assert told == [("affiliate", borrower_id(firm)), ("controller", borrower_id(firm + 1))]


def test_nobody_alone_has_relations(place, calm):
    alone = {borrower_id(int(number)) for number in place.people.number[place.people.role == Role.ALONE]}
    told = {party for pair in calm.rows("SELECT from_id, to_id FROM relations") for party in pair}
    assert not told & alone


def test_some_relations_are_found_out_months_after_the_customer_came(calm):
    late, never_early = calm.rows("""
        SELECT count(*) FILTER (r.known_on > greatest(customer_since, DATE '2023-07-01') + 29),
            bool_and(r.known_on >= b.customer_since)
        FROM relations r JOIN borrowers b ON b.borrower_id = r.to_id WHERE r.ends_on IS NULL
    """)[0]
    assert late > 3
    assert never_early


def test_a_relation_that_ended_is_known_to_have_ended_afterwards(calm):
    ended = calm.rows("SELECT ends_on, known_on FROM relations WHERE ends_on IS NOT NULL")
    assert len(ended) > 1
    assert all(date(2023, 7, 1) <= on < known for on, known in ended)


def test_shareholders_from_outside_are_no_borrowers(calm):
    assert calm.value("SELECT count(*) FROM relations WHERE kind = 'shareholder'") > 3
    assert calm.value("SELECT count(*) FROM relations WHERE (kind = 'shareholder') <> (from_id LIKE 'X%')") == 0
    assert calm.value("SELECT count(*) FROM relations WHERE (share IS NULL) <> (kind IN ('spouse', 'affiliate'))") == 0
