from dataclasses import replace
from datetime import date

import pytest

from ews.cli.retraining import beside
from ews.cli.retraining.beside import shadow_beside
from ews.cli.retraining.shadowing import name_shadow, no_shadow, tell_shadow, watched
from ews.cli.settings import Settings
from ews.domain.errors import ModelError
from ews.events.book import open_book
from ews.models.champion import add_model
from ews.models.frozen import FrozenModel
from ews.models.shadow import find_shadow
from ews.scoring.folder import read_batch
from ews.scoring.shadow import read_shadow
from ews.validation.challenge import TESTS
from tests.homes import ScoredHome

PORTFOLIO = "synthetic"


@pytest.fixture(scope="module")
def settings(scored: ScoredHome, tmp_path_factory) -> Settings:
    return Settings(home=scored.copied_to(tmp_path_factory.mktemp("shadow") / "home"))


@pytest.fixture(scope="module")
def shadow(scored: ScoredHome, settings) -> FrozenModel:
    """Return a challenger whose horizon is a month, so that labels mature within the book."""
    definition = {**scored.model.definition, "horizon_months": 1}
    model = replace(
        scored.model, intercept=scored.model.intercept + 0.5, horizon_months=1, definition=definition
    )  # fmt: skip
    add_model(settings.home, model)
    return model


@pytest.fixture(scope="module")
def named(settings, shadow):
    name_shadow(settings, PORTFOLIO, shadow.model_id[:12], "sun")
    return sorted((settings.home / "decisions" / PORTFOLIO).glob("2026-*"))


def test_who_is_named_runs_beside_the_batches_it_may_speak_of(named, settings, shadow):
    assert find_shadow(settings.home, PORTFOLIO).model_id == shadow.model_id
    assert [read_shadow(folder, shadow.model_id) is not None for folder in named] == [True, True]


def test_both_are_told_on_the_batches_whose_horizon_has_ended(named, settings, shadow, scored):
    found = watched(settings, PORTFOLIO, shadow, open_book(scored.book))
    assert (found.mature_to, found.running) == (date(2026, 5, 31), 1)
    (one,) = found.beside
    assert (one.decided_by, one.days) == (scored.model.model_id, (date(2026, 5, 31),))
    batch = read_batch(named[0])
    assert 0 < one.rows <= batch.totals.scored - batch.totals.in_default
    assert [check.test for check in one.checks] == list(TESTS)


def test_whatever_is_wrong_with_the_shadow_stops_no_night(named, settings, shadow, monkeypatch, capsys):
    def damaged(*_):
        raise ModelError("its files were changed")

    monkeypatch.setattr(beside, "stored_model", damaged)
    shadow_beside(settings, read_batch(named[1]))
    assert "no shadow beside this batch: its files were changed" in " ".join(capsys.readouterr().err.split())


def test_without_a_shadow_there_is_nothing_to_tell(settings, scored, shadow, named):
    with pytest.raises(ModelError, match="'ffff' names 0 models of 'synthetic'"):
        name_shadow(settings, PORTFOLIO, "ffff", "sun")
    no_shadow(settings, PORTFOLIO)
    with pytest.raises(ModelError, match=r"has no shadow\. Name one with 'ews shadow on MODEL'"):
        tell_shadow(settings, PORTFOLIO, scored.book, as_json=True)
