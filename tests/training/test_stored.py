"""A table that is stored is the one that is held, and so is the model made of it."""

from dataclasses import replace
from datetime import date
from pathlib import Path

import lightgbm as lgb
import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ews.training import binned, blinding, dataset
from ews.training.binned import material_of, rows_of
from ews.training.blinding import telling_families
from ews.training.booster import booster_parameters
from ews.training.dataset import training_table
from ews.training.fit import fit
from ews.training.freeze import cross_fitted_pd
from ews.training.recipe import resolve_recipe
from ews.training.reference import reference_of
from ews.training.rounds import cross_validate, margin_of
from ews.training.run import make_model
from ews.training.split import Split
from ews.training.stored import stored_in, write_part
from ews.training.table import TrainingTable, stored_table
from ews.training.work_folder import WorkFolder
from tests.training.ledgers import LAST, RECIPE, ledger_book
from tests.training.tables import plan, small_recipe, synthetic
from tests.training.test_booster import of_three_families

DAYS = (date(2023, 6, 30), date(2023, 12, 31), date(2024, 12, 31))


def stored(table: TrainingTable, parent: Path, parts: int = 3, batch: int = 70) -> TrainingTable:
    """Return the same table on disk, in parts of several batches each."""
    folder, names = WorkFolder(parent), table.names
    for number, places in enumerate(np.array_split(np.arange(len(table)), parts)):
        batches = [places[start : start + batch] for start in range(0, len(places), batch)]
        rows = ((pa.Table.from_pandas(table.keys.iloc[some]), table.matrix[some]) for some in batches)
        write_part(folder, number, ((keys.select(list(table.keys)), values) for keys, values in rows), names)
    return stored_table(table.features, table.catalogue_version, stored_in(folder, names), table.counts)


@pytest.fixture(scope="module")
def held():
    return synthetic(250, DAYS)


@pytest.fixture(scope="module")
def on_disk(held, tmp_path_factory):
    return stored(held, tmp_path_factory.mktemp("work"))


def test_all_that_can_be_asked_of_it_is_the_same(held, on_disk):
    assert on_disk.stored is not None
    assert len(on_disk) == len(held)
    assert on_disk.data_hash == held.data_hash
    assert on_disk.days == held.days
    assert np.array_equal(on_disk.matrix, held.matrix, equal_nan=True)
    assert np.array_equal(on_disk.ranges(), held.ranges(), equal_nan=True)
    pd.testing.assert_frame_equal(on_disk.keys, held.keys, check_dtype=False)
    for name in held.keys:
        assert on_disk.key(name).tolist() == held.key(name).tolist()
    for place in range(len(held.names)):
        assert np.array_equal(on_disk.column(place), held.column(place), equal_nan=True)


@settings(max_examples=40, deadline=None)
@given(data=st.data())
def test_any_rows_of_any_subset_are_the_same(held, on_disk, data):
    seed, share = data.draw(st.integers(0, 99)), data.draw(st.sampled_from([0.0, 0.02, 0.5, 1.0]))
    mask = np.random.default_rng(seed).random(len(held)) < share
    for chosen in (mask, np.asarray(held.key("as_of") == DAYS[data.draw(st.integers(0, 2))], dtype=bool)):
        part, expected = on_disk.subset(chosen), held.subset(chosen)
        assert (len(part), part.stored is None) == (len(expected), False)
        places = data.draw(st.lists(st.integers(0, max(len(expected) - 1, 0)), max_size=9 if len(expected) else 0))
        asked = np.array(places, dtype=np.int64)
        assert np.array_equal(part.rows(asked), expected.rows(asked), equal_nan=True)
        assert np.array_equal(part.rows(slice(3, 40)), expected.rows(slice(3, 40)), equal_nan=True)
        again = np.arange(len(expected)) % 2 == 0
        assert np.array_equal(part.subset(again).matrix, expected.subset(again).matrix, equal_nan=True)
        assert part.subset(again).borrowers.tolist() == expected.subset(again).borrowers.tolist()


def test_what_is_given_anew_replaces_what_was_stored(held, on_disk):
    wider = replace(on_disk, matrix=np.zeros((len(held), 5)))
    assert wider.stored is None
    assert (wider.column(2) == 0).all()
    assert wider.borrowers.tolist() == held.borrowers.tolist()


@pytest.mark.parametrize("changes", [{}, {"fold_repeats": 2, "num_threads": 2}, {"patience": 5, "max_rounds": 47}])
def test_the_model_is_the_very_same(held, on_disk, changes):
    recipe = small_recipe(**changes)
    expected, found = fit(held, recipe), fit(on_disk, recipe)
    assert found.booster == expected.booster
    assert (found.curve, found.rounds) == (expected.curve, expected.rounds)
    assert (found.slope, found.intercept, found.parameters) == (expected.slope, expected.intercept, expected.parameters)
    assert np.array_equal(found.out_of_fold_pd, expected.out_of_fold_pd)


def test_folds_that_do_not_go_far_enough_are_carried_on_anew(held, on_disk, monkeypatch):
    recipe = small_recipe(patience=25, max_rounds=200)
    expected = cross_validate(held, booster_parameters(held, recipe), recipe, lambda *_: None)
    monkeypatch.setattr("ews.training.rounds._FURTHER", 1 - recipe.patience)
    told: list[tuple[str, int, int]] = []
    found = cross_validate(on_disk, booster_parameters(held, recipe), recipe, lambda *step: told.append(step))
    assert (found.curve, found.rounds) == (expected.curve, expected.rounds)
    assert np.array_equal(margin_of(on_disk, found), margin_of(held, expected))
    assert told.count(("fold", 0, recipe.folds)) > 1


def test_the_sample_that_bins_are_bounded_by_is_the_same_and_rows_lie_in_all_bins(held, on_disk, monkeypatch):
    monkeypatch.setattr(binned, "BIN_SAMPLE", 200)
    recipe = small_recipe()
    assert fit(on_disk, recipe).booster == fit(held, recipe).booster


@pytest.mark.parametrize("blind", [0.0, 4.0])
def test_rows_handed_over_in_parts_are_binned_like_a_matrix(tmp_path, monkeypatch, blind):
    monkeypatch.setattr(blinding, "LEAST_FAMILIES", 3)
    monkeypatch.setattr(binned.Streamed, "batch_size", 64)
    table = of_three_families()
    recipe, rows = small_recipe(blind_weight=blind, directed_below=1), np.flatnonzero(np.arange(200) % 5 > 0)
    parameters = booster_parameters(table, recipe)
    low, high = table.ranges()
    turns = blinding.blinding_of(table, rows, recipe.seed, telling_families(table.names, high > low) if blind else ())
    matrix = np.concatenate([table.matrix[rows], turns.copies(table, slice(None))])
    label = table.outcome[np.concatenate([rows, turns.rows])]
    weight = np.repeat([1.0, blind], [len(rows), len(turns)]) if blind else None
    plain = lgb.Dataset(matrix, label, weight=weight, feature_name=list(table.names), params=parameters)
    monkeypatch.setattr(binned, "BIN_SAMPLE", len(label) - 1)
    monkeypatch.setattr(binned, "_drawn", lambda total, _: np.arange(total))
    monkeypatch.setattr(binned, "_COLUMNS", 2)
    found = rows_of(material_of(stored(table, tmp_path), recipe), rows, parameters, recipe)
    assert trees(found, parameters) == trees(plain, parameters)


def trees(data: lgb.Dataset, parameters) -> str:
    booster = lgb.Booster(parameters, data)
    for _ in range(20):
        booster.update()
    return booster.model_to_string()


def test_pds_of_unseen_rows_and_what_is_kept_of_features_are_the_same(held, on_disk):
    recipe = small_recipe()
    pd_ = cross_fitted_pd(held, recipe)
    assert np.array_equal(cross_fitted_pd(on_disk, recipe), pd_)
    day = held.key("as_of")
    parts = Split(plan("time", DAYS[:2], DAYS[2:]), day < DAYS[2], day == DAYS[2])
    tested = pd_[parts.test]
    assert reference_of("m", on_disk, parts, tested) == reference_of("m", held, parts, tested)


def test_a_book_beyond_memory_gives_the_very_same_model(tmp_path, monkeypatch):
    monkeypatch.setattr(dataset, "PART_ROWS", 250)
    book = ledger_book(100)
    recipe = resolve_recipe(book.manifest.recipe, {"snapshot_every_months": 6, "first_snapshot": "2023-06-30"})
    expected = make_model(book, recipe)
    found = make_model(ledger_book(100), recipe, work=tmp_path, held=0)
    assert found.table.stored is not None
    assert len(list(tmp_path.glob("*/part-*.parquet"))) > 1
    assert found.table.data_hash == expected.table.data_hash
    assert found.model == expected.model
    assert np.array_equal(found.pd, expected.pd)
    assert (found.measures, found.measures_at_0_dpd) == (expected.measures, expected.measures_at_0_dpd)
    del found
    assert list(tmp_path.iterdir()) == []


def test_days_without_a_row_that_teaches_have_no_part(tmp_path):
    days = [date(2024, 6, 30), LAST]
    found = training_table(ledger_book(30), resolve_recipe(RECIPE), days, known_by=LAST, work=tmp_path, held=0)
    assert found.days == (days[0],)
    assert [count.used for count in found.counts] == [len(found), 0]
