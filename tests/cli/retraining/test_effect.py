from dataclasses import replace

import pytest

from ews.cli.retraining.effect import effect_of
from ews.cli.settings import Settings
from tests.homes import ScoredHome


@pytest.fixture(scope="module")
def settings(scored: ScoredHome) -> Settings:
    return Settings(home=scored.home)


def test_a_graver_model_moves_levels_up_and_nobody_down_but_for_the_jump_of_pd(settings, scored):
    graver = replace(scored.model, intercept=scored.model.intercept + 2)
    effect = effect_of(settings, scored.book, scored.model, graver)
    found = effect.difference
    assert len(effect.published) == 1
    assert found.borrowers == sum(count for _, _, count, _ in found.levels)
    assert found.by_rule["GRADE_RED"][0] > 0
    assert found.by_rule["GRADE_RED"][1] == 0
    assert found.provisions["expected_loss_fen"][1] > found.provisions["expected_loss_fen"][0]


def test_where_nothing_is_scored_the_effect_is_left_out_and_says_so(tmp_path, scored):
    effect = effect_of(Settings(home=tmp_path), scored.book, scored.model, scored.model)
    assert (effect.difference, effect.why) == (None, "no book is scored yet")
