"""The whole system and its rules alone, on the book of the shared home."""

import pandas as pd
import pyarrow.parquet as pq
import pytest

from benchmarks.earliness.systems import FACTS, in_queue, said
from ews.domain.levels import WarningLevel
from tests.homes import DAYS


def test_the_queue_is_by_expected_loss_then_exposure_and_the_unknown_come_last():
    rows = pd.DataFrame({"expected_loss_fen": [5, None, 7, None, 5], "exposure": [1, 9, None, 10, 2]}, dtype="Int64")
    assert in_queue(rows).tolist() == [2, 0, 4, 1, 3]


@pytest.fixture(scope="module")
def batch(scored):
    """Return what was said on the first day, and the batch that was published on it."""
    folder = next((scored.home / "decisions" / "synthetic").glob(f"{DAYS[0]}-*"))
    published = pq.read_table(folder / "decisions.parquet", columns=["borrower_id", "pd", "level"]).to_pandas()
    (rows,) = said(scored.book, DAYS[:1], scored.model, scored.policy)
    return rows.set_index("borrower_id"), published.set_index("borrower_id")


def test_the_whole_system_says_what_a_published_batch_says(batch):
    rows, published = batch
    levels = {level.rank: level.value for level in WarningLevel}
    assert rows["level_rank"].map(levels).to_dict() == published["level"].to_dict()
    assert rows["pd"].fillna(-1.0).to_dict() == published["pd"].fillna(-1.0).to_dict()
    assert [name for name in FACTS if name != "borrower_id" and name not in rows.columns] == []


def test_rules_alone_never_warn_more_gravely_and_do_warn(batch):
    rows, _ = batch
    assert (rows["rules_level"] <= rows["level_rank"]).all()
    assert (rows["rules_level"] < rows["level_rank"]).any()
    assert rows.loc[rows["dpd_max"] > 30, "rules_level"].min() >= WarningLevel.ORANGE.rank
    assert (rows.loc[rows["in_default"].astype(bool), "rules_level"] == WarningLevel.RED.rank).all()
