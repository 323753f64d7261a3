from datetime import datetime

import pytest

from ews.domain.errors import ModelError
from ews.models.champion import Pointer, add_model, set_champion
from ews.models.comparison import FILE, digest_of, find_comparison, keep_comparison, passed_gate
from tests.models.boosters import small_model
from tests.models.comparisons import check, comparison

OLD, NEW, OTHER = small_model(), small_model(intercept=0.0), small_model(intercept=0.5)
SINCE = datetime(2026, 6, 1)


@pytest.fixture
def home(tmp_path):
    for model in (OLD, NEW, OTHER):
        add_model(tmp_path, model)
    set_champion(tmp_path, "test", Pointer(OLD.model_id, None, SINCE))
    return tmp_path


@pytest.mark.parametrize(
    ("verdict", "must", "is_open"),
    [
        ("passed", True, True),
        ("watch", True, True),
        ("told", False, True),
        ("too_few", False, True),
        ("too_few", True, False),
        ("failed", False, False),
        ("failed", True, False),
    ],
)
def test_the_gate_asks_more_of_what_must_hold(verdict, must, is_open):
    found = comparison("n", "o", check(), check("challenger_captured", verdict, must=must))
    assert found.passed is is_open
    assert [one.test for one in found.against] == ([] if is_open else ["challenger_captured"])


def test_a_gate_that_asked_nothing_is_shut():
    assert not comparison("n", "o", checks=()).passed


def test_what_was_kept_is_what_is_found_and_its_digest_changes_with_it(home):
    kept = comparison(NEW.model_id, OLD.model_id)
    keep_comparison(home, "test", kept)
    assert find_comparison(home, "test", NEW.model_id) == kept == passed_gate(home, "test", NEW.model_id)
    assert digest_of(kept) != digest_of(comparison(NEW.model_id, OLD.model_id, rows=901))
    (home / "models" / "test" / NEW.model_id / FILE).write_text('{"model_id": "half')
    assert find_comparison(home, "test", NEW.model_id) is None


@pytest.mark.parametrize(
    ("kept", "told"),
    [
        (None, "was not compared with the champion"),
        (comparison(OTHER.model_id, OLD.model_id), "was not compared with the champion"),
        (comparison(NEW.model_id, OTHER.model_id), "is champion by now"),
        (comparison(NEW.model_id, OLD.model_id, check(verdict="failed")), "The gate is shut .* challenger_auc"),
    ],
)
def test_the_gate_says_why_it_is_shut(home, kept, told):
    if kept is not None:
        path = home / "models" / "test" / NEW.model_id
        keep_comparison(home, "test", kept)
        (home / "models" / "test" / kept.model_id / FILE).replace(path / FILE)
    with pytest.raises(ModelError, match=told):
        passed_gate(home, "test", NEW.model_id)


def test_the_first_model_of_a_portfolio_has_nothing_to_be_compared_with(tmp_path):
    add_model(tmp_path, NEW)
    assert passed_gate(tmp_path, "test", NEW.model_id) is None
