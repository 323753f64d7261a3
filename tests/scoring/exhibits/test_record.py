from dataclasses import fields
from datetime import date

import numpy as np
import pandas as pd
import pyarrow.parquet as pq
import pytest

from ews.domain.exhibits import LoanStrip, Month, Party
from ews.features.window import spine_on
from ews.scoring.exhibits import faces, months, record, strips
from ews.scoring.exhibits.circles import circles_of
from ews.scoring.exhibits.record import EXHIBITS, Exhibits, write_exhibits
from ews.scoring.exhibits.surroundings import parties_around, ties_within
from ews.scoring.exhibits.view import read_circles, read_exhibit
from ews.scoring.feature_values import NAMES
from ews.scoring.peers import WHOLE_BOOK, Peers
from tests.books import book_of
from tests.features.worlds import BORROWERS, world

DAY = date(2025, 12, 31)
PEERS = Peers({(WHOLE_BOOK, "inflow_3m"): np.arange(101.0)})


@pytest.fixture(scope="module")
def exhibits() -> Exhibits:
    """Return the exhibits of a small world as if a batch had decided on its borrowers."""
    book = book_of(world(3))
    spine = spine_on(book, [DAY])
    borrowers = pd.DataFrame({"borrower_id": BORROWERS, "kind": "firm", "industry": ["near", "near", None, "far"]})
    borrowers = borrowers.assign(branch_id="S1", exposure=[5.0, np.nan, 7.0, 9.0], grade="G1", level_rank=[0, 1, 2, 3])
    features = pd.DataFrame({name: [1.5, np.nan, 0.0, -2.0] for name in NAMES})
    book = months.with_items(book, spine)
    ends, around = months.strips_of(book, spine), parties_around(book, spine)
    return Exhibits(
        months.months_of(book, spine, ends),
        strips.loan_strips(book, spine, ends, pd.DataFrame({"loan_id": ["L0"], "balance": [77.0]})),
        faces.faces(book, around, borrowers),
        ties_within(book, spine, around),
        pd.concat([borrowers, features], axis=1),
        circles_of(book, spine, borrowers),
    )


@pytest.fixture
def folder(exhibits, tmp_path):
    write_exhibits(tmp_path, exhibits, DAY)
    pq.write_table(PEERS.to_arrow(), tmp_path / "peers.parquet")
    return tmp_path


def test_the_file_has_a_column_for_every_field_of_the_words():
    assert tuple(field.name for field in fields(Month)[1:]) == months.COLUMNS
    assert tuple(field.name for field in fields(LoanStrip)) == strips.COLUMNS
    assert tuple(field.name for field in fields(Party)) == faces.COLUMNS


def test_what_is_read_is_what_was_worked_out(folder, exhibits):
    cells = exhibits.months.to_pyarrow().to_pylist()
    told = 0
    for borrower in BORROWERS:
        exhibit = read_exhibit(folder, "batch", borrower)
        rows = sorted((row for row in cells if row["borrower_id"] == borrower), key=lambda row: -row["lag"])
        assert [month.ends_on for month in exhibit.months] == [row["ends_on"] for row in rows]
        for month, row in zip(exhibit.months, rows, strict=True):
            values = {name: getattr(month, name) for name in months.COLUMNS}
            assert values == {name: row[name] for name in months.COLUMNS}
            told += sum(value is not None for value in values.values())
    assert told > 400


def test_features_are_told_by_name_and_null_stays_null(folder):
    of = {borrower: read_exhibit(folder, "batch", borrower).features for borrower in BORROWERS}
    assert tuple(of["B1"]) == NAMES
    assert [of[borrower]["inflow_3m"] for borrower in BORROWERS] == [1.5, None, 0.0, -2.0]


def test_a_party_that_was_decided_has_its_grade_and_level_and_its_exposure_of_the_batch(folder):
    parties = {party.party_id: party for party in read_exhibit(folder, "batch", "B1").circle.parties}
    own, other = parties["B1"], parties["B2"]
    assert (own.hops, own.is_borrower, own.exposure_fen, own.grade, own.level) == (0, True, 5, "G1", "none")
    assert (other.is_borrower, other.exposure_fen, other.kind, other.level) == (True, None, "firm", "yellow")
    stranger = next(party for party in parties.values() if party.party_id in ("OUTSIDER", "P1"))
    assert (stranger.is_borrower, stranger.exposure_fen, stranger.kind, stranger.level) == (
        False,
        None,
        "unknown",
        None,
    )


def test_links_lead_from_party_to_party_of_the_circle(folder):
    for borrower in BORROWERS:
        circle = read_exhibit(folder, "batch", borrower).circle
        ids = {party.party_id for party in circle.parties}
        assert {end for link in circle.links for end in (link.from_id, link.to_id)} == (ids if len(ids) > 1 else set())


def test_a_loan_has_its_balance_of_the_batch_and_0_after_its_end(folder):
    loans = {loan.loan_id: loan for borrower in BORROWERS for loan in read_exhibit(folder, "b", borrower).loans}
    assert loans["L0"].balance_fen == 77
    assert {len(loan.dpd) for loan in loans.values()} == {24}
    ended = [loan for loan in loans.values() if loan.dpd[-1] is None and loan.balance_fen is not None]
    assert {loan.balance_fen for loan in ended if loan.loan_id != "L0"} <= {0}


@pytest.mark.parametrize(("at_once", "a_group"), [(1, 1), (2, 500), (3, 2), (4, 3)])
def test_slices_and_row_groups_change_nothing_that_is_read(exhibits, folder, tmp_path, monkeypatch, at_once, a_group):
    whole = [read_exhibit(folder, "b", borrower) for borrower in BORROWERS]
    monkeypatch.setattr(record, "ROWS_AT_ONCE", at_once)
    monkeypatch.setattr(record, "ROWS_A_GROUP", a_group)
    parted = tmp_path / "parted"
    parted.mkdir()
    pq.write_table(PEERS.to_arrow(), parted / "peers.parquet")
    write_exhibits(parted, exhibits, DAY)
    assert [read_exhibit(parted, "b", borrower) for borrower in BORROWERS] == whole


def test_the_same_exhibits_give_the_same_bytes(exhibits, folder, tmp_path):
    again = tmp_path / "again"
    again.mkdir()
    write_exhibits(again, exhibits, DAY)
    assert (again / EXHIBITS).read_bytes() == (folder / EXHIBITS).read_bytes()


@pytest.mark.parametrize("stranger", ["A", "B11", "B5", ""])
def test_who_is_not_in_the_file_is_not_found(folder, stranger):
    assert read_exhibit(folder, "b", stranger) is None


def test_a_folder_of_an_earlier_version_has_neither_exhibits_nor_circles(tmp_path):
    assert read_exhibit(tmp_path, "b", "B1") is None
    assert read_circles(tmp_path) == []
