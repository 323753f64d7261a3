import re

from ews.simulation.latent.population import Role
from ews.simulation.rows.names import borrower_rows
from tests.simulation.rows.courses import borrower_id


def test_firms_and_persons_have_chinese_names_of_their_kind(calm):
    for name, kind in calm.rows("SELECT name, kind FROM borrowers"):
        assert re.fullmatch(r"[一-鿿]{3}" if kind == "individual" else r"[一-鿿]{6,}有限公司", name)


def test_branches_and_officers_are_numbered_from_1(calm):
    assert calm.rows("SELECT min(branch_id), min(officer_id), max(officer_id) FROM borrowers") == [
        ("BR01", "OF001", "OF003")
    ]


def test_a_name_does_not_depend_on_the_block(place):
    bounds = place.unit(7)
    alone = borrower_rows(place.block(bounds=bounds))[0]["name"].to_pylist()
    assert alone == borrower_rows(place.block())[0]["name"].to_pylist()[slice(*bounds)]


def test_firms_with_an_affiliate_are_a_group_and_nobody_else(place, calm):
    affiliate = place.of_role(Role.AFFILIATE)
    members = [borrower_id(int(place.people.head[affiliate])), borrower_id(affiliate)]
    grouped = calm.rows("""
        SELECT list_sort(list(DISTINCT borrower_id)), list(DISTINCT kind) FROM borrowers WHERE group_id IS NOT NULL
        GROUP BY group_id
    """)
    assert members in [borrowers for borrowers, _ in grouped]
    assert all(len(borrowers) == 2 and kinds == ["firm"] for borrowers, kinds in grouped)


def test_who_lives_on_wages_has_no_trade(place, calm):
    without = {borrower for (borrower,) in calm.rows("SELECT borrower_id FROM borrowers WHERE industry IS NULL")}
    assert without == {borrower_id(int(number)) for number in place.people.number[place.people.waged]}


def test_a_unit_is_handed_over_to_another_officer_together(calm):
    moved = calm.rows("""
        SELECT o.borrower_id, n.known_on, n.officer_id <> o.officer_id, n.name = o.name
        FROM borrowers o JOIN borrowers n USING (borrower_id) WHERE n.known_on > o.known_on
    """)
    assert len(moved) > 5
    assert all(other and same for _, _, other, same in moved)
