import dataclasses
from datetime import date

import pyarrow.parquet as pq
import pytest

from ews.domain.decisions import Decision
from ews.events.book import open_book
from ews.features.peers import family as peers
from ews.features.peers.at_large import at_large
from ews.features.peers.groups import looked_at, members_on
from ews.features.statements import worked_out
from ews.features.window import spine_on
from ews.scoring import near as nearness
from ews.scoring.near import near, reach
from ews.scoring.on_the_spot import decide_on_the_spot
from ews.store.batches import latest_batch
from tests.features.peers.economies import AS_OF, borrower, inflows, need_peers, stated
from tests.features.peers.economies import book as economy_of
from tests.scoring.connected import book, guarantee, tied

NOBODY_LATE = dict.fromkeys("ABCDEFGH", 0)


def small(whole, ids):
    return near(whole, ids, worked_out(whole, spine_on(whole, [AS_OF]), at_large).to_pyarrow())


def test_a_unit_reaches_three_steps_along_relations_whichever_way_they_run():
    whole = book(NOBODY_LATE, relations=[tied("B", "A"), tied("B", "C", "spouse"), tied("C", "D"), tied("D", "E")])
    assert reach(whole, "A") == ["A", "B", "C", "D"]
    assert reach(whole, "C") == ["A", "B", "C", "D", "E"]


def test_a_guarantee_circle_reaches_as_far_as_it_goes_and_a_group_its_members():
    ring = [guarantee(one, other) for one, other in zip("ABCDE", "BCDEF", strict=True)]
    whole = book(NOBODY_LATE, groups={"A": "g", "H": "g", "G": "other"}, guarantees=ring)
    assert reach(whole, "A") == ["A", "B", "C", "D", "E", "F", "H"]
    assert reach(whole, "F") == ["A", "B", "C", "D", "E", "F"]


def test_ties_that_have_ended_reach_too_since_another_day_is_said_elsewhere():
    whole = book(NOBODY_LATE, guarantees=[guarantee("A", "B", ends_on=date(2025, 2, 1))])
    assert reach(whole, "A") == ["A", "B"]


def test_who_is_not_in_the_book_reaches_itself():
    assert reach(book(NOBODY_LATE), "Z") == ["Z"]


@pytest.mark.parametrize("most_literals", [0, 500])
def test_what_is_near_are_all_rows_of_those_reached_and_every_tie_of_theirs(monkeypatch, most_literals):
    monkeypatch.setattr(nearness, "_MOST_LITERALS", most_literals)
    twice = [guarantee("A", "B"), guarantee("A", "B")]
    whole = book(NOBODY_LATE, guarantees=[*twice, guarantee("C", "A"), guarantee("C", "D")], relations=[tied("E", "B")])
    part = small(whole, ["A", "B"])
    held = {name: sorted(part.table(name).to_pyarrow().to_pylist(), key=str) for name in whole.tables}
    wanted = {name: whole.table(name).to_pyarrow().to_pylist() for name in whole.tables}
    ours = {
        "borrowers": lambda row: row["borrower_id"] in ("A", "B"),
        "loans": lambda row: row["borrower_id"] in ("A", "B"),
        "ledger": lambda row: row["loan_id"] in ("LA", "LB"),
        "guarantees": lambda row: row["guarantor_id"] == "A" or row["borrower_id"] == "A",
        "relations": lambda row: row["to_id"] == "B",
    }
    for name, is_ours in ours.items():
        assert held[name] == sorted((row for row in wanted[name] if is_ours(row)), key=str), name
        assert held[name]


def test_nobody_near_are_tables_without_rows():
    whole = book(NOBODY_LATE, guarantees=[guarantee("A", "B")])
    part = small(whole, [])
    assert set(part.tables) > set(whole.tables)
    assert all(rows.count().execute() == 0 for rows in part.tables.values())


def test_peers_tell_of_each_alone_what_they_tell_in_the_whole_book(monkeypatch):
    need_peers(monkeypatch, 2)
    trade = [borrower(f"B{number}", region=("north", "south", None)[number % 3]) for number in range(7)]
    trade += [borrower("X1", industry=None), borrower("X2", industry="farm", region="north")]
    names = [each["borrower_id"] for each in trade]
    postings = [row for number, name in enumerate(names) for row in inflows(name, 100 + 7 * number**2, 130)]
    late = [stated(name, 20 * (number % 4)) for number, name in enumerate(names)]
    whole = economy_of(trade, postings=postings, statements=late)
    told = [each.name for each in peers.FEATURES]
    spine = spine_on(whole, [AS_OF])
    in_book = worked_out(whole, spine, peers.build).order_by("borrower_id").execute()[["borrower_id", *told]]
    assert in_book[told].notna().to_numpy().sum() > len(names)
    for name in names:
        part = small(whole, [name])
        own = spine_on(part, [AS_OF])
        alone = worked_out(part, own, peers.build).select("borrower_id", *told).execute()
        assert alone.equals(in_book[in_book.borrower_id == name].reset_index(drop=True)), name


def asked_of(part, spine):
    return looked_at(part, spine, members_on(part, spine)).table


def test_a_book_given_peers_at_large_is_asked_of_the_spine_only_though_all_are_members():
    whole = economy_of([borrower("B1"), borrower("B2")], statements=[stated("B1", 0), stated("B2", 50)])
    part = small(whole, ["B1"])
    spine = spine_on(part, [AS_OF])
    assert worked_out(part, spine, asked_of).borrower_id.to_pyarrow().to_pylist() == ["B1"]
    assert sorted(worked_out(part, spine, members_on).borrower_id.to_pyarrow().to_pylist()) == ["B1", "B2"]


def test_whoever_reaches_farthest_is_decided_on_the_spot_as_in_the_batch(scored):
    with scored.store() as store:
        base = latest_batch(store).batch
        rows = pq.read_table(scored.home / base.directory / "decisions.parquet", columns=["borrower_id", "record"])
        whole = open_book(scored.book, threads=1)
        ids = rows["borrower_id"].to_pylist()[::9]
        chosen = sorted(ids, key=lambda one: (-len(reach(whole, one)), one))[:6] + ids[:4]
        records = dict(zip(rows["borrower_id"].to_pylist(), rows["record"].to_pylist(), strict=True))
        for one in chosen:
            found = decide_on_the_spot(scored.home, store, scored.policy, base, borrower_id=one, rows={}).decision
            assert found == dataclasses.replace(Decision.from_json(records[one]), raised=None)
