"""What is kept of the batches over the years."""

from datetime import date

import numpy as np
import pytest

from ews.domain.errors import RequestError
from ews.monitoring.history import MONTHS, load_history, monthly, of_branch
from tests.monitoring.frames import publication
from tests.monitoring.stories import history_of, month_end, publish_stories
from tests.store.samples import JULY, JUNE, published, row

STORIES = {"A": "nyrD", "B": "y.on", "C": "nnn.", "E": ".Dyy"}


def test_a_history_from_the_store_says_what_the_stories_say(store):
    publish_stories(store, STORIES)
    found, told = load_history(store, "sme"), history_of(STORIES, dict.fromkeys(STORIES, "branch-1"))
    assert [one.publication.batch.as_of for one in found.traces] == [month_end(place) for place in range(4)]
    assert found.branches == told.branches == ("branch-1",)
    for name in ("level", "in_default", "was_here", "left", "branch"):
        assert np.array_equal(getattr(found, name), getattr(told, name)), name
    assert [one.left.to_pylist() for one in found.traces] == [[], ["B"], [], ["C"]]


def test_what_was_read_is_not_read_again(store):
    publish_stories(store, STORIES)
    first = load_history(store, "sme")
    published(store, "next", [row("A")], as_of=month_end(4))
    second = load_history(store, "sme", first)
    assert [one is other for one, other in zip(first.traces, second.traces, strict=False)] == [True] * 4
    assert second.newest.batch.batch_id == "next"


def test_a_batch_put_in_between_changes_who_was_there_before(store):
    published(store, "may", [row("A")], as_of=date(2026, 5, 31))
    published(store, "july", [row("A")], as_of=JULY)
    first = load_history(store, "sme")
    assert first.was_here.tolist() == [[False], [True]]
    published(store, "june", [row("B")], as_of=JUNE)
    found = load_history(store, "sme", first)
    assert [one.publication.batch.batch_id for one in found.traces] == ["may", "june", "july"]
    assert found.was_here[2].tolist() == [False, False]


def test_a_superseded_batch_does_not_count(store):
    published(store, "june", [row("A")], as_of=JUNE)
    published(store, "again", [row("B")], as_of=JUNE)
    assert [one.publication.batch.batch_id for one in load_history(store, "sme").traces] == ["again"]


def test_nights_are_told_by_the_last_of_each_month():
    days = [date(2026, 6, day) for day in (1, 29, 30)] + [date(2026, 7, day) for day in (1, 2)]
    batches = [publication(place, str(day), day) for place, day in enumerate(days)]
    assert [one.batch.as_of.day for one in monthly(batches[::-1])] == [30, 2]


def test_what_is_longer_ago_than_the_reach_is_left_out():
    batches = [publication(place, str(place), month_end(place)) for place in range(MONTHS + 2)]
    found = monthly(batches)
    assert (len(found), found[0].batch.as_of) == (MONTHS, month_end(2))


def test_a_portfolio_without_a_batch_is_told(store):
    with pytest.raises(RequestError, match="portfolio 'cards'"):
        load_history(store, "cards")


def test_a_branch_is_the_borrowers_in_that_batch():
    history = history_of({"A": "yy", "B": "yy"}, {"B": "b2"})
    assert of_branch(history, 0, "b2").tolist() == [False, True]
    assert of_branch(history, 0, None).tolist() == [True, True]
    assert not of_branch(history, 0, "b9").any()
