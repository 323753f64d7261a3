"""Whose movement can be compared: that of nobody with two pds, where one batch only had data on something."""

from dataclasses import replace

import pytest

from ews.store.publications import seen_once
from tests.monitoring.frames import JULY, fallen, frame_of, person, publication
from tests.store.samples import batch

NOW = [person("A"), fallen("B"), person("C"), person("NEW")]
THEN = [person("A"), person("B"), fallen("C"), person("LEFT")]


def blind(number: int, *families: str):
    return publication(number, f"b{number}", JULY, summary={"blind": list(families)})


@pytest.mark.parametrize(
    ("now", "then", "once"),
    [
        ((), (), ()),
        (("inquiries",), ("inquiries",), ()),
        (("inquiries",), (), ("inquiries",)),
        ((), ("inquiries",), ("inquiries",)),
        (("b", "a"), ("c",), ("a", "b", "c")),
    ],
)
def test_a_family_that_one_of_two_batches_saw_is_named(now, then, once):
    assert seen_once(blind(2, *now).batch, blind(1, *then).batch) == once


def test_without_a_batch_to_compare_with_nothing_is_seen_once():
    assert seen_once(batch("b", [], summary={"blind": ["inquiries"]}), None) == ()
    assert frame_of(NOW).seen_once == ()


def test_who_has_a_pd_in_both_batches_cannot_be_compared():
    whole = frame_of(NOW, THEN)
    frame = replace(whole, publication=blind(2, "inquiries"), compared=blind(1))
    ids = frame.borrower_id.to_pylist()
    assert [ids[at] for at, one in enumerate(frame.not_comparable) if one] == ["A"]
    assert not whole.not_comparable.any()
