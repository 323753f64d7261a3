"""What a pd hangs on, and whether it holds still."""

from dataclasses import replace

import numpy as np

from ews.domain.errors import TrainingDataError
from ews.models.frozen import predict_pd
from ews.validation.chapters.sensitivity import ablation, monotone, noise, refitted, steps
from ews.validation.delong import auc_difference
from ews.validation.refits import Remade, rank_correlation, remade
from ews.validation.results import Verdict
from tests.validation import made
from tests.validation.test_monotone import backwards


def test_a_model_with_directions_passes_and_one_turned_round_fails_by_feature():
    assert [one.verdict for one in monotone(made.examined(60))] == [Verdict.PASSED]
    model, _ = backwards()
    whole, *features = monotone(replace(made.examined(60), model=model))
    assert whole.verdict is Verdict.FAILED
    assert whole.value == sum(one.value for one in features)
    assert "feature:inflow_change_3m" in {one.about for one in features}


def test_a_little_noise_hardly_turns_the_order():
    found = noise(made.examined(300))
    assert found.verdict is Verdict.PASSED
    assert 0.98 < found.value < 1


def test_steps_of_the_features_used_come_largest_first():
    found = steps(made.examined(200))
    assert [one.value for one in found] == sorted((one.value for one in found), reverse=True)
    assert found[0].about in {"feature:inflow_change_3m", "feature:inquiries_3m", "feature:card_utilisation"}
    assert all(one.value >= 0 and one.verdict is Verdict.TOLD for one in found)


def test_the_order_kept_by_models_made_anew():
    rows = made.examined(300)
    models = remade(made.taught(2_500), made.fit, [5])
    found = refitted(rows, (*models, Remade("seed", 9, None, "Too few.")))
    assert [one.about for one in found] == ["seed:5", "draw:5", "seed:9"]
    expected = [rank_correlation(rows.pd, predict_pd(one.model, rows.frame)) for one in models]
    assert [one.value for one in found] == [*expected, None]
    assert found[2].verdict is Verdict.TOO_FEW
    assert "Too few." in found[2].note.en


def test_ablation_is_what_the_model_loses_without_a_family():
    rows, taught = made.examined(), made.taught(2_500)
    found = {one.about: one for one in ablation(rows, taught, made.fit, seed=7)}
    kept = taught.columns(np.array([name != "inflow_change_3m" for name in made.NAMES]))
    without = predict_pd(made.fit(kept, seed=7), rows.frame)
    expected = auc_difference(rows.pd, without, rows.outcome, rows.circles)
    assert found["family:account_flows"].value == expected.value
    assert found["family:account_flows"].low > 0
    assert set(found) == {
        "family:account_flows",
        "family:credit_inquiries",
        "family:card_overdraft",
        "family:repayment_history",
        "family:loan_profile",
    }


def test_a_family_without_which_nothing_can_be_learnt_is_said_so():
    def fussy(taught, *, seed):
        if len(taught.features) < len(made.NAMES):
            raise TrainingDataError("The features do not tell.")
        return made.fit(taught, seed=seed)

    found = ablation(made.examined(60), made.taught(60), fussy, seed=7)
    assert {one.verdict for one in found} == {Verdict.TOO_FEW}
    assert all("The features do not tell." in one.note.en for one in found)
