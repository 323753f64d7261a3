from ews.store.branches import branches_of, regions_of
from tests.store.samples import JULY, published, row


def test_a_borrower_is_of_the_branch_of_its_newest_decision(store):
    published(store, "june", [row("B1", branch_id="branch-1"), row("B2", branch_id="branch-1"), row("B3")])
    published(store, "july", [row("B1", branch_id="branch-2"), row("B3", branch_id=None)], as_of=JULY)
    published(store, "june-again", [row("B1", branch_id="branch-9")])
    found = branches_of(store, {"B1", "B2", "B3", "B9"})
    assert found == {("sme", "B1"): "branch-2", ("sme", "B2"): "branch-1", ("sme", "B3"): None}


def test_each_portfolio_has_borrowers_of_its_own(store):
    published(store, "sme", [row("B1", branch_id="branch-1")])
    published(store, "retail", [row("B1", branch_id="branch-2")], portfolio="retail")
    assert branches_of(store, {"B1"}) == {("sme", "B1"): "branch-1", ("retail", "B1"): "branch-2"}
    assert branches_of(store, set()) == {}


def test_a_branch_is_of_the_region_of_most_of_its_borrowers(store):
    regions = {"B1": "west", "B2": "east", "B3": "east", "B4": None}
    people = [row(name, branch_id="branch-1", region=region) for name, region in regions.items()]
    published(store, "june", [*people, row("B5", branch_id=None, region="west")])
    assert regions_of(store) == {"branch-1": "east"}
