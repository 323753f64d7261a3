"""A frame says of each borrower what the store says, of both batches."""

from datetime import date

import numpy as np
import pytest

from ews.domain.errors import UnknownBatchError
from ews.domain.levels import Tier, WarningLevel
from ews.monitoring.filters import Filter
from ews.monitoring.load import load
from ews.monitoring.rows import rows
from ews.store.batches import latest_batch
from tests.monitoring.frames import fallen, frame_of, person
from tests.store.samples import JULY, JUNE, published, row


def test_a_frame_lays_two_published_batches_next_to_each_other(store):
    published(store, "june", [row("A", pd=0.1, grade="G5", level=WarningLevel.NONE), row("B", name=None)])
    published(
        store,
        "july",
        [row("A", pd=0.3, grade="G8", tier=Tier.SPECIAL_MENTION, level=WarningLevel.RED), row("C")],
        as_of=JULY,
        compared_id="june",
    )
    frame = load(store, latest_batch(store))
    assert frame.publication.batch.batch_id == "july"
    assert frame.compared.batch.batch_id == "june"
    assert frame.borrower_id.to_pylist() == ["A", "B", "C"]
    assert frame.name.to_pylist() == ["Firm A", None, "Firm C"]
    assert frame.now.is_in.tolist() == [True, False, True]
    assert frame.then.is_in.tolist() == [True, True, False]
    found = rows(frame, Filter(), "borrower_id", descending=False).rows[0]
    assert (found.pd, found.former_pd, found.grade, found.former_grade) == (0.3, 0.1, "G8", "G5")
    assert (found.tier, found.level, found.former_level) == ("special_mention", "red", "none")
    assert (found.exposure_fen, found.top_reason, found.stage) == (31_200_000, "INFLOW_FELL", None)


def test_without_a_compared_batch_nobody_is_in_then(store):
    published(store, "june", [row("A"), row("B")])
    frame = load(store, latest_batch(store))
    assert frame.compared is None
    assert not frame.then.is_in.any()


def test_a_compared_batch_that_is_not_published_is_told(store):
    published(store, "june", [row("A")], compared_id="may")
    with pytest.raises(UnknownBatchError, match="'may'"):
        load(store, latest_batch(store))


def test_an_empty_batch_has_a_frame_without_rows(store):
    published(store, "june", [])
    assert load(store, latest_batch(store)).rows == 0


def test_the_frame_is_of_the_batch_that_supersedes(store):
    published(store, "june", [row("A")], as_of=JUNE)
    published(store, "again", [row("A"), row("B")], as_of=JUNE)
    assert load(store, latest_batch(store)).rows == 2


def test_who_left_keeps_the_words_of_then_but_the_reason():
    frame = frame_of([], [person("A", branch_id="b7", top_reason="PAYS_LATE")])
    assert frame.attributes["branch_id"].words == ("b7",)
    assert frame.attributes["branch_id"].codes.tolist() == [0]
    assert frame.attributes["top_reason"].codes.tolist() == [-1]


def test_grades_go_as_given_and_others_by_their_pd():
    now = [fallen("A"), person("B", grade="bad", pd=0.5), person("C", grade="good", pd=0.01)]
    assert frame_of(now, grades=()).scales["grade"] == ("good", "bad", "D")
    assert frame_of(now, grades=("best", "bad")).scales["grade"] == ("best", "bad", "good", "D")


def test_unknown_money_is_not_nothing():
    side = frame_of([person("A", exposure_fen=None), person("B", exposure_fen=0)]).now
    assert side.exposure.known.tolist() == [False, True]


def test_ids_go_by_code_point():
    assert frame_of([person("a"), person("B"), person("中")]).borrower_id.to_pylist() == ["B", "a", "中"]


def test_names_have_places_that_leave_out_the_unnamed():
    frame = frame_of([person("A", name="Zhou"), person("B", name=None), person("C", name="An")])
    assert frame.name_places.tolist() == [2, -1, 1]


def test_a_frame_knows_pd_as_nan_where_there_is_none():
    assert np.isnan(frame_of([fallen("A")]).now.pd).tolist() == [True]


def test_a_batch_of_another_portfolio_is_not_in_the_frame(store):
    published(store, "june", [row("A")])
    published(store, "other", [row("B")], portfolio="cards", as_of=date(2026, 8, 31))
    assert load(store, latest_batch(store, "sme")).borrower_id.to_pylist() == ["A"]
