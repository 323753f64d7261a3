import numpy as np
import pytest
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from ews.simulation.rows.guarantees import guarantee_rows


@pytest.fixture(scope="module")
def groups(economy):
    """Return the sizes of weak and of strong components, single borrowers left out."""
    network, size = economy.network, len(economy.people)
    graph = coo_array((np.ones(len(network.guarantor)), (network.guarantor, network.borrower)), (size, size)).tocsr()
    found = {}
    for kind in ("weak", "strong"):
        _, label = connected_components(graph, directed=True, connection=kind)
        sizes = np.bincount(label)
        found[kind] = sizes[sizes > 1]
    return found


def test_most_groups_are_pairs_and_a_few_are_large(groups):
    assert 0.8 < (groups["weak"] == 2).mean() < 0.97
    assert groups["weak"].max() > 50
    assert ((groups["weak"] >= 3) & (groups["weak"] <= 13)).sum() > 50


def test_some_groups_are_rings_of_up_to_seven(groups):
    rings = groups["strong"][groups["strong"] > 2]
    assert len(rings) > 5
    assert rings.max() <= 7


def test_some_pairs_vouch_for_each_other(economy):
    pairs = set(zip(economy.network.guarantor.tolist(), economy.network.borrower.tolist(), strict=True))
    mutual = sum((borrower, guarantor) in pairs for guarantor, borrower in pairs)
    assert 10 < mutual < 0.1 * len(pairs)


def test_nobody_guarantees_themselves_or_the_same_party_twice(economy):
    network = economy.network
    assert not np.any(network.guarantor == network.borrower)
    pairs = np.stack([network.guarantor, network.borrower])
    assert np.unique(pairs, axis=1).shape == pairs.shape


def test_amounts_are_skewed_and_in_whole_ten_thousands(economy):
    amount = economy.network.amount
    assert np.all(amount % 1_000_000 == 0)
    assert np.mean(amount) > 1.5 * np.median(amount)


def test_a_guarantee_starts_when_both_are_customers_and_ends_later(economy):
    rows = guarantee_rows(economy.network, economy.people, economy.months, economy.draws)
    starts, ends = (np.array(rows[name].cast("int32")) for name in ("starts_on", "ends_on"))
    since = economy.people.customer_since
    assert np.all(starts >= np.maximum(since[economy.network.guarantor], since[economy.network.borrower]))
    assert np.all(ends > starts)
    assert starts.max() <= economy.months.last_day(economy.months.count - 1)
