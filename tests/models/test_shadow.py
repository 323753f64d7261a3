from datetime import datetime

import pytest

from ews.domain.errors import ModelError
from ews.models.champion import Pointer, add_model, set_champion
from ews.models.shadow import FILE, Shadow, end_shadow, find_shadow, set_shadow
from tests.models.boosters import small_model

OLD, NEW = small_model(), small_model(intercept=0.0)
SHADOW = Shadow(NEW.model_id, datetime(2026, 7, 1, 8), "sun")


@pytest.fixture
def home(tmp_path):
    for model in (OLD, NEW):
        add_model(tmp_path, model)
    set_champion(tmp_path, "test", Pointer(OLD.model_id, None, datetime(2026, 6, 1)))
    return tmp_path


def test_a_shadow_is_who_was_named_last_until_it_is_ended(home):
    assert find_shadow(home, "test") is None
    set_shadow(home, "test", SHADOW)
    assert find_shadow(home, "test") == SHADOW
    end_shadow(home, "test")
    end_shadow(home, "test")
    assert find_shadow(home, "test") is None


def test_neither_the_champion_nor_a_model_that_is_not_stored_is_a_shadow(home):
    with pytest.raises(ModelError, match="is the champion: it decides already"):
        set_shadow(home, "test", Shadow(OLD.model_id, SHADOW.since, "sun"))
    with pytest.raises(ModelError, match="There is no model"):
        set_shadow(home, "test", Shadow("0" * 64, SHADOW.since, "sun"))
    (home / "models" / "test" / FILE).write_text("{")
    with pytest.raises(ModelError, match="is damaged"):
        find_shadow(home, "test")
