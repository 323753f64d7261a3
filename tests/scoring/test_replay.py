import dataclasses

import pytest

from ews.domain.errors import PolicyError
from ews.events.book import open_book
from ews.scoring.replay import Published, replay_all
from ews.store.batches import find_batch, latest_batch, predecessor
from ews.store.standings import previous_rows


@pytest.fixture(scope="module")
def batches(scored):
    """Give both batches of the home, oldest first, and what was published of them."""
    with scored.store() as store:
        newest = latest_batch(store)
        older = predecessor(store, newest.batch.portfolio, newest.batch.as_of)
        found = []
        for batch in (older.batch, newest.batch):
            compared = None if batch.compared_id is None else previous_rows(store, batch.compared_id).to_pandas()
            folder = scored.home / find_batch(store, batch.batch_id).batch.directory
            found.append(Published(batch.batch_id, folder, batch.as_of, batch.known_by, batch.compared_id, compared))
        return found, [previous_rows(store, one.batch_id).to_pandas() for one in found]


def test_the_policy_of_a_batch_gives_its_tiers_and_levels_again(scored, batches):
    published, rows = batches
    for replayed, was in zip(replay_all(open_book(scored.book), published, scored.policy), rows, strict=True):
        both = was.merge(replayed.rows, on="borrower_id", suffixes=("_was", "_is"), validate="one_to_one")
        assert len(both) == len(was) == len(replayed.rows)
        for name in ("tier", "level", "grade"):
            assert both[f"{name}_was"].tolist() == both[f"{name}_is"].tolist()


def test_a_batch_whose_folder_is_gone_is_named(scored, batches, tmp_path):
    gone = dataclasses.replace(batches[0][0], folder=tmp_path / "gone")
    with pytest.raises(PolicyError, match=rf"Batch '{gone.batch_id}' of 2026-05-31 cannot be judged again: its folder"):
        next(replay_all(open_book(scored.book), [gone], scored.policy))
