import dataclasses

import pyarrow.parquet as pq
import pytest

from ews.domain.decisions import Decision
from ews.domain.errors import PolicyError
from ews.events.book import open_book
from ews.scoring.replay import Published, replay_all
from ews.scoring.states import SORTED_BY, read_states
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


@pytest.fixture(scope="module")
def replayed(scored, batches):
    """Give both batches judged again by their own policy, the second on what the first one leaves."""
    return list(replay_all(open_book(scored.book), batches[0], scored.policy))


def test_the_policy_of_a_batch_gives_its_tiers_levels_and_grades_again(batches, replayed):
    for found, was in zip(replayed, batches[1], strict=True):
        both = was.merge(found.rows, on="borrower_id", suffixes=("_was", "_is"), validate="one_to_one")
        assert len(both) == len(was) == len(found.rows)
        for name in ("tier", "level", "grade"):
            assert both[f"{name}_was"].tolist() == both[f"{name}_is"].tolist()


def test_the_policy_of_a_batch_gives_its_loans_again(batches, replayed):
    for found, published in zip(replayed, batches[0], strict=True):
        was = pq.read_table(published.folder / "loans.parquet").to_pylist()
        now = found.loans.to_dict("records")
        assert len(was) > 500
        for name in ("loan_id", "own_tier_rank", "floor_rank", "tier_rank", "stage", "expected_loss_fen"):
            assert [row[name] for row in was] == [row[name] for row in now]
        for name in ("held", "undecided", "carried"):
            assert [row[name] for row in was] == [list(row[name]) for row in now]


def test_the_policy_of_a_batch_raises_its_warnings_again_and_leaves_the_same_behind(batches, replayed):
    for found, published in zip(replayed, batches[0], strict=True):
        records = pq.read_table(published.folder / "decisions.parquet", columns=["record"])["record"].to_pylist()
        was = {one.borrower_id: one.raised for one in map(Decision.from_json, records) if one.raised is not None}
        assert len(was) > 10
        assert found.raised == was
        left = read_states(published.folder).tables()
        for part, table in found.states.tables().items():
            now = table.select(left[part].column_names).cast(left[part].schema)
            assert now.sort_by([(name, "ascending") for name in SORTED_BY[part]]).equals(left[part])
            assert len(now) > 10


def test_a_replay_may_begin_with_any_batch(scored, batches, replayed):
    first, second = batches[0]
    (found,) = replay_all(open_book(scored.book), [second], scored.policy, read_states(first.folder))
    assert found.rows.equals(replayed[1].rows)
    assert found.raised == replayed[1].raised


def test_a_batch_whose_folder_is_gone_is_named(scored, batches, tmp_path):
    gone = dataclasses.replace(batches[0][0], folder=tmp_path / "gone")
    with pytest.raises(PolicyError, match=rf"Batch '{gone.batch_id}' of 2026-05-31 cannot be judged again: its folder"):
        next(replay_all(open_book(scored.book), [gone], scored.policy))
