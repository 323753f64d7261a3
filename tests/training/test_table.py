import numpy as np

from ews.training.table import TrainingTable
from tests.training.tables import reordered, synthetic


def test_the_hash_is_of_what_the_table_holds():
    table = synthetic(20)
    assert synthetic(20).data_hash == table.data_hash
    assert len({table.data_hash, *(changed.data_hash for changed in changes(table))}) == 5


def changes(table: TrainingTable) -> tuple[TrainingTable, ...]:
    value = synthetic(20)
    value.matrix[3, 2] += 1e-12
    label = synthetic(20)
    label.keys["defaulted"] = 1 - label.outcome
    borrower = synthetic(20)
    borrower.keys.loc[3, "borrower_id"] = "other"
    return value, label, borrower, table.subset(np.arange(20) < 19)


def test_nulls_and_negative_zeros_of_any_kind_hash_alike():
    table, other = synthetic(20), synthetic(20)
    table.matrix[1, 2], other.matrix[1, 2] = 0.0, -0.0
    other.matrix[np.isnan(other.matrix)] = -np.nan
    assert other.data_hash == table.data_hash


def test_a_subset_keeps_rows_and_keys_together():
    table = synthetic(10)
    part = table.subset(np.arange(10) % 2 == 1)
    assert list(part.borrowers) == ["B0001", "B0003", "B0005", "B0007", "B0009"]
    assert np.array_equal(part.frame["noise"], table.matrix[1::2, 2])


def test_rows_in_another_order_are_other_data():
    table = synthetic(10)
    assert reordered(table, np.arange(10)[::-1]).data_hash != table.data_hash
