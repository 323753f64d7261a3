from datetime import datetime

import pytest

from ews.domain.errors import ModelError
from ews.models.champion import (
    Pointer,
    add_model,
    champion,
    champion_pointer,
    has_champion,
    model_ids,
    set_champion,
    stored_model,
)
from tests.models.boosters import small_model

SINCE = datetime(2026, 7, 1, 8, 30)


def test_a_portfolio_without_a_model_says_how_to_get_one(tmp_path):
    assert not has_champion(tmp_path, "test")
    assert model_ids(tmp_path, "test") == ()
    with pytest.raises(ModelError, match=r"Portfolio 'test' has no champion model. Train one with 'ews train --book"):
        champion(tmp_path, "test")


def test_the_champion_is_the_model_that_was_named_last(tmp_path):
    first, second = small_model(), small_model(intercept=0.0)
    for model in (first, second):
        add_model(tmp_path, model)
    assert model_ids(tmp_path, "test") == tuple(sorted([first.model_id, second.model_id]))
    for model in (first, second):
        set_champion(tmp_path, "test", Pointer(model.model_id, "run", SINCE))
        assert champion(tmp_path, "test") == model
        assert champion_pointer(tmp_path, "test") == Pointer(model.model_id, "run", SINCE)


def test_portfolios_have_champions_of_their_own(tmp_path):
    for name in ("cards", "firms"):
        model = small_model(portfolio=name)
        add_model(tmp_path, model)
        set_champion(tmp_path, name, Pointer(model.model_id, None, SINCE))
    assert champion(tmp_path, "cards").portfolio == "cards"
    assert champion(tmp_path, "firms").portfolio == "firms"


def test_a_model_that_is_not_stored_cannot_be_champion(tmp_path):
    model = small_model()
    add_model(tmp_path, model)
    set_champion(tmp_path, "test", Pointer(model.model_id, None, SINCE))
    with pytest.raises(ModelError, match="There is no model"):
        set_champion(tmp_path, "test", Pointer("0" * 64, None, SINCE))
    assert champion(tmp_path, "test") == model


def test_adding_a_model_again_keeps_a_sound_copy_and_mends_a_damaged_one(tmp_path):
    directory = add_model(tmp_path, small_model())
    written = (directory / "model.txt").stat().st_mtime_ns
    assert add_model(tmp_path, small_model()) == directory
    assert (directory / "model.txt").stat().st_mtime_ns == written
    (directory / "model.txt").write_text("tree")
    with pytest.raises(ModelError, match="not the one it says"):
        stored_model(tmp_path, "test", small_model().model_id)
    add_model(tmp_path, small_model())
    assert stored_model(tmp_path, "test", small_model().model_id) == small_model()
    assert model_ids(tmp_path, "test") == (small_model().model_id,)


def test_a_model_in_the_folder_of_another_is_refused(tmp_path):
    directory = add_model(tmp_path, small_model())
    directory.rename(directory.with_name("f" * 64))
    with pytest.raises(ModelError, match="The folder of model 'ffffffffffff' holds the model"):
        stored_model(tmp_path, "test", "f" * 64)


@pytest.mark.parametrize("text", ["", "{}", '{"model_id": "a", "run_id": null, "since": "yesterday"}'])
def test_a_damaged_pointer_is_named(tmp_path, text):
    add_model(tmp_path, small_model())
    (tmp_path / "models" / "test" / "champion.json").write_text(text)
    with pytest.raises(ModelError, match=r"champion.json' is damaged"):
        champion(tmp_path, "test")


@pytest.mark.parametrize("portfolio", ["", "..", "a/b", "/etc", ".hidden"])
def test_a_portfolio_cannot_lead_out_of_the_models_folder(tmp_path, portfolio):
    with pytest.raises(ModelError, match="cannot name a portfolio"):
        champion(tmp_path, portfolio)
