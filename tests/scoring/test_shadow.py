import shutil
from dataclasses import replace
from datetime import date

import numpy as np
import pyarrow.parquet as pq
import pytest
from scipy.special import expit, logit

from ews.domain.errors import ImmatureModelError, ModelError
from ews.models.frozen import FrozenModel
from ews.scoring.seal import SUMMARY, is_sound
from ews.scoring.shadow import cast_shadow, read_shadow, shadow_file
from tests.homes import ScoredHome


@pytest.fixture
def folder(scored: ScoredHome, tmp_path):
    """Return a copy of the newest batch."""
    newest = max((scored.home / "decisions" / "synthetic").glob("2026-06-30-*"))
    return shutil.copytree(newest, tmp_path / newest.name)


@pytest.fixture
def shadow(scored: ScoredHome) -> FrozenModel:
    return replace(scored.model, intercept=scored.model.intercept + 0.5)


def test_the_shadow_tells_its_own_pd_of_everybody_the_champion_has_one_of(folder, shadow):
    cast_shadow(folder, shadow)
    told = read_shadow(folder, shadow.model_id)
    decided = pq.read_table(folder / "decisions.parquet", columns=["borrower_id", "pd", "in_default"]).to_pandas()
    assert told["borrower_id"].tolist() == decided["borrower_id"].tolist()
    assert told["pd"].isna().tolist() == decided["in_default"].tolist()
    known = ~decided["in_default"].to_numpy()
    assert np.allclose(told["pd"][known], expit(logit(decided["pd"][known]) + 0.5), rtol=1e-9)


def test_a_batch_is_the_same_with_a_shadow_and_without(folder, shadow):
    before = (folder / SUMMARY).read_bytes()
    cast_shadow(folder, shadow)
    assert is_sound(folder)
    assert (folder / SUMMARY).read_bytes() == before
    assert [path.name for path in folder.glob("*.parquet") if shadow.model_id in path.name] == []


def test_the_shadow_is_written_once_and_its_bytes_can_be_made_again(folder, shadow):
    first = cast_shadow(folder, shadow).read_bytes()
    written = shadow_file(folder, shadow.model_id).stat().st_mtime_ns
    assert cast_shadow(folder, shadow).stat().st_mtime_ns == written
    shutil.rmtree(folder / "shadow")
    assert cast_shadow(folder, shadow).read_bytes() == first


def test_a_shadow_runs_beside_no_day_before_its_last_label(folder, shadow):
    late = replace(shadow, labels_known_by=date(2026, 7, 1))
    with pytest.raises(ImmatureModelError, match="learnt from outcomes known until 2026-07-01, after 2026-06-30"):
        cast_shadow(folder, late)
    assert read_shadow(folder, late.model_id) is None


def test_a_shadow_of_other_features_and_a_file_of_another_model_are_told(folder, shadow):
    other = replace(shadow, features=("old_one", *shadow.features[1:]))
    with pytest.raises(ModelError, match=r"lacks 1 feature\(s\) of the shadow: old_one"):
        cast_shadow(folder, other)
    path = cast_shadow(folder, shadow)
    path.rename(shadow_file(folder, "0" * 64))
    with pytest.raises(ModelError, match="holds the pd of model"):
        read_shadow(folder, "0" * 64)


def test_a_damaged_shadow_is_told_with_what_to_do(folder, shadow):
    path = cast_shadow(folder, shadow)
    path.write_bytes(path.read_bytes()[:100])
    with pytest.raises(ModelError, match="cannot be read"):
        read_shadow(folder, shadow.model_id)
