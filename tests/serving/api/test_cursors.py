import base64
import json
from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ews.serving.api.cursors import CursorError, read_cursor, write_cursor
from ews.store.batches import BatchKey
from ews.store.warning_list import WarningKey

FILTERS = {"level": frozenset({"red", "yellow"}), "branch": None}
KEY = WarningKey(3, 2, 900, "赵/1", 3)
_TEXT = st.text(st.characters(codec="utf-8"))


@given(
    st.builds(
        WarningKey, st.integers(0, 2**31), st.integers(1, 3), st.none() | st.integers(0, 2**62), _TEXT, st.just(1)
    ),
    st.dictionaries(st.sampled_from(["a", "b"]), st.none() | _TEXT),
)
def test_a_cursor_gives_back_the_key_it_was_made_of(key, filters):
    cursor = write_cursor(key, filters)
    assert read_cursor(cursor, WarningKey, filters) == key
    assert set(cursor) <= set("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_")


def test_days_come_back_as_days():
    key = BatchKey(date(2026, 6, 30), 7)
    assert read_cursor(write_cursor(key, {}), BatchKey, {}) == key


def test_no_cursor_is_no_key():
    assert read_cursor(None, BatchKey, {}) is None


def test_the_order_of_a_set_makes_no_difference():
    other = {"branch": None, "level": frozenset({"yellow", "red"})}
    assert read_cursor(write_cursor(KEY, FILTERS), WarningKey, other) == KEY


@pytest.mark.parametrize("filters", [{"level": frozenset({"red"}), "branch": None}, {**FILTERS, "branch": "b"}, {}])
def test_a_cursor_belongs_to_its_filters(filters):
    with pytest.raises(CursorError, match="belongs to a list with other filters"):
        read_cursor(write_cursor(KEY, FILTERS), WarningKey, filters)


def test_a_cursor_of_another_kind_of_list_is_refused():
    with pytest.raises(CursorError, match="cannot be read"):
        read_cursor(write_cursor(KEY, {}), BatchKey, {})


def _altered(**changed: Any) -> str:
    cursor = write_cursor(KEY, FILTERS)
    content = json.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
    content["after"].update(changed)
    return base64.urlsafe_b64encode(json.dumps(content).encode()).decode()


@pytest.mark.parametrize(
    "changed",
    [
        {"watermark": "3"},
        {"watermark": None},
        {"exposure_fen": 2**63},
        {"exposure_fen": -(2**100)},
        {"borrower_id": 5},
        {"borrower_id": "\ud800"},
        {"level_rank": 1.5},
    ],
)
def test_an_altered_cursor_is_refused(changed):
    with pytest.raises(CursorError, match="cannot be read"):
        read_cursor(_altered(**changed), WarningKey, FILTERS)


@given(st.text(max_size=40))
def test_any_other_text_is_refused(text):
    with pytest.raises(CursorError, match="cannot be read"):
        read_cursor(text, WarningKey, FILTERS)
