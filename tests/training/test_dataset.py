from dataclasses import replace
from datetime import date
from typing import Any

import numpy as np
import pytest

from ews.domain.errors import TrainingDataError
from ews.domain.features import PROTECTED, Feature
from ews.domain.reasons import ReasonCode
from ews.events.book import Book
from ews.features.build import build_features
from ews.features.catalogue import FEATURES, VERSION
from ews.features.window import spine_on
from ews.training.dataset import training_table
from ews.training.recipe import resolve_recipe
from tests.books import book_of
from tests.training.ledgers import LAST, RECIPE, ledger_book

AS_OF, LATER = date(2024, 6, 30), date(2024, 9, 30)
END = date(2025, 12, 31)


def small_book(**tables: list[dict[str, Any]]) -> Book:
    """Five borrowers on AS_OF: well, defaults later, in default, paid off, and one whose list entry has no date."""
    names = ("well", "falls", "late", "gone", "listed")
    ledger = [
        {"loan_id": f"L-{name}", "stated_on": day, "balance": 0 if name == "gone" else 900, "dpd": dpd}
        for name in names
        for day, dpd in ((AS_OF, 120 if name == "late" else 0), (LATER, 95 if name == "falls" else 0))
    ]
    loans = [
        {"loan_id": f"L-{name}", "borrower_id": name, "product": "business", "opened_on": date(2024, 1, 1)}
        for name in names
    ]
    return book_of(
        {
            "borrowers": [{"borrower_id": name, "kind": "firm"} for name in names],
            "loans": loans,
            "ledger": ledger,
            **tables,
        },
        extracted_on=END,
    )


def test_those_in_default_or_without_a_live_loan_do_not_teach_and_are_counted():
    table = training_table(small_book(), resolve_recipe({}), [AS_OF], known_by=END)
    assert dict(zip(table.borrowers, table.outcome, strict=True)) == {"falls": 1, "listed": 0, "well": 0}
    count = table.counts[0]
    assert (count.borrowers, count.without_loan, count.in_default, count.used, count.defaulted) == (5, 1, 1, 3, 1)


def test_a_default_on_the_snapshot_that_was_learnt_later_teaches_nothing_and_is_counted():
    outcomes = [{"borrower_id": "well", "kind": "default", "occurred_on": AS_OF, "known_on": date(2025, 12, 1)}]
    table = training_table(small_book(outcomes=outcomes), resolve_recipe({}), [AS_OF], known_by=END)
    assert "well" not in table.borrowers
    assert (table.counts[0].in_default_learnt_later, table.counts[0].used) == (1, 2)


def test_each_day_can_have_labels_by_what_was_known_on_a_day_of_its_own():
    outcomes = [
        {"borrower_id": "well", "kind": "default", "occurred_on": date(2024, 12, 1), "known_on": date(2025, 12, 1)}
    ]
    by = {AS_OF: date(2025, 11, 30), LATER: END}
    table = training_table(small_book(outcomes=outcomes), resolve_recipe({}), [AS_OF, LATER], known_by=by)
    well = table.keys[table.keys["borrower_id"] == "well"]
    assert list(zip(well["as_of"], well["defaulted"], well["label_known_by"], strict=True)) == [
        (AS_OF, 0, by[AS_OF]),
        (LATER, 1, END),
    ]


def test_an_outcome_without_a_date_teaches_where_there_is_one_snapshot_only():
    book = small_book(outcomes=[{"borrower_id": "listed", "kind": "default", "known_on": date(2025, 1, 1)}])
    single = training_table(book, resolve_recipe({}), [AS_OF], known_by=END)
    assert dict(zip(single.borrowers, single.outcome, strict=True))["listed"] == 1
    several = training_table(book, resolve_recipe({}), [AS_OF, LATER], known_by=END)
    assert "listed" not in several.borrowers
    assert [count.undated for count in several.counts] == [1, 1]


def test_every_borrower_of_a_snapshot_is_counted_once():
    for count in training_table(ledger_book(40), resolve_recipe(RECIPE), [AS_OF, LATER], known_by=LAST).counts:
        left_out = (
            count.without_loan + count.in_default + count.in_default_learnt_later + count.immature + count.undated
        )
        assert count.borrowers == 40 == left_out + count.used


def test_the_features_are_those_that_scoring_would_see_on_that_day():
    book = ledger_book(30)
    table = training_table(book, resolve_recipe(RECIPE), [AS_OF, LATER], known_by=LAST)
    scored = build_features(book, spine_on(book, [LATER])).order_by("borrower_id").to_pandas()
    taught = table.keys["as_of"] == LATER
    expected = scored[scored["borrower_id"].isin(table.borrowers[taught])]
    assert list(table.borrowers[taught]) == list(expected["borrower_id"])
    assert np.array_equal(table.matrix[taught], expected[list(table.names)].to_numpy(dtype=float), equal_nan=True)
    assert (table.features, table.catalogue_version) == (FEATURES, VERSION)


def test_the_same_book_gives_the_same_hash_and_another_book_another():
    hashes = [
        training_table(book, resolve_recipe(RECIPE), [AS_OF], known_by=LAST).data_hash
        for book in (ledger_book(20), ledger_book(20), ledger_book(20, seed=2))
    ]
    assert hashes[0] == hashes[1] != hashes[2]


def test_without_a_mature_label_the_error_counts_why():
    with pytest.raises(TrainingDataError) as caught:
        training_table(small_book(), resolve_recipe({}), [AS_OF], known_by=date(2025, 6, 29))
    assert str(caught.value).startswith(
        "There is nothing to learn from: of 5 borrower snapshots on 1 day(s), 1 have no live loan, 1 are in default "
        "already, 0 were so already as was learnt later, 3 have a label that is not mature by 2025-06-29 (horizon 12 "
        "months), 0 a default without a date."
    )


@pytest.mark.parametrize("word", sorted(PROTECTED))
def test_a_protected_attribute_cannot_become_a_feature(word):
    with pytest.raises(ValueError, match="names a protected attribute"):
        Feature(f"{word}_12m", "count", "none", ReasonCode.SEASONING, word, word)
    with pytest.raises(ValueError, match="names a protected attribute"):
        replace(FEATURES[0], name=f"mean_{word}")


def test_no_column_that_a_model_learns_from_is_a_protected_attribute():
    table = training_table(small_book(), resolve_recipe({}), [AS_OF], known_by=END)
    assert table.matrix.shape[1] == len(table.names)
    assert not {word for name in table.names for word in name.split("_")} & PROTECTED
