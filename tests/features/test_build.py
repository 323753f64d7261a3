from dataclasses import replace
from datetime import date
from typing import Any

import pandas as pd

from ews.features import statements
from ews.features.build import blind_families, build_features
from ews.features.card_overdraft import family as card_overdraft
from ews.features.catalogue import FAMILIES, FEATURES, family_name
from ews.features.window import spine_on
from tests.books import book_of
from tests.features.observed import frame
from tests.features.worlds import BORROWERS, world

DAYS = [date(2025, 3, 31), date(2025, 6, 30)]


def test_a_table_without_rows_or_span_makes_its_family_blind():
    book = book_of({"borrowers": [{"borrower_id": "B1", "kind": "firm"}], "guarantees": []})
    assert "guarantee_exposure" not in blind_families(book)
    entry = replace(book.manifest.tables["guarantees"], covered_from=None, covered_to=None)
    unspoken = replace(book.manifest, tables={**book.manifest.tables, "guarantees": entry})
    assert "guarantee_exposure" in blind_families(replace(book, manifest=unspoken))


def test_the_table_has_a_row_per_borrower_and_day_and_every_feature_as_a_family_told_it():
    book = book_of(world(0))
    seen: list[tuple[int, int]] = []
    table = build_features(book, spine_on(book, DAYS), lambda _, done, total: seen.append((done, total)))
    rows = table.execute()
    assert list(rows.columns) == ["borrower_id", "as_of", *(each.name for each in FEATURES)]
    assert list(zip(rows.as_of.dt.date, rows.borrower_id, strict=True)) == [(d, b) for d in DAYS for b in BORROWERS]
    assert {str(rows[each.name].dtype) for each in FEATURES} == {"float64"}
    count = len(seen) - 1
    assert seen == [(done, count) for done in range(count + 1)]
    assert count > len(FAMILIES)
    alone = frame(card_overdraft, book, DAYS).sort_values(["as_of", "borrower_id"]).reset_index(drop=True)
    pd.testing.assert_frame_equal(rows[alone.columns], alone, check_exact=True)


def test_two_builds_give_the_same_bytes_and_leave_nothing_else_behind():
    book = book_of(world(1))
    spine = spine_on(book, DAYS[:1])
    before = set(book.engine.list_tables())
    first, second = (build_features(book, spine) for _ in range(2))
    names = [each.name for each in FEATURES]
    assert first.execute()[names].to_numpy().tobytes() == second.execute()[names].to_numpy().tobytes()
    assert set(book.engine.list_tables()) - before == {first.op().name, second.op().name}


def test_statements_written_for_stand_ins_tell_what_those_for_the_day_itself_do(monkeypatch):
    book = book_of(world(2))
    found = build_features(book, spine_on(book, DAYS[:1])).execute()
    monkeypatch.setattr(statements, "alike", tuple)
    statements.script_of.cache_clear()
    pd.testing.assert_frame_equal(build_features(book, spine_on(book, DAYS[:1])).execute(), found, check_exact=True)


def test_a_family_without_its_tables_is_blind_and_all_null():
    book = book_of({"borrowers": world(0)["borrowers"]})
    assert blind_families(book) == tuple(family_name(family) for family in FAMILIES)
    rows = build_features(book, spine_on(book, DAYS[:1])).execute()
    assert rows[[each.name for each in FEATURES]].isna().all(axis=None)
    assert len(rows) == len(BORROWERS)


def test_repayment_sees_with_a_ledger_or_with_items_and_payments_but_not_with_loans_alone():
    loans: dict[str, list[Any]] = {"borrowers": [], "loans": []}
    for tables, is_blind in [
        (loans, True),
        ({**loans, "instalments": []}, True),
        ({**loans, "ledger": []}, False),
        ({**loans, "instalments": [], "payments": []}, False),
    ]:
        assert ("repayment_history" in blind_families(book_of(tables))) == is_blind
