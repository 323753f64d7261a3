import json
from dataclasses import replace
from datetime import date

import pytest

from ews.domain.levels import Tier, WarningLevel
from ews.scoring.change.ends import end_of, features_asked, ids_of, rows_of
from ews.scoring.change.parts import BILLION
from ews.scoring.change.rank_move import CAUSES, rank_moves, same_rules
from ews.scoring.change.standing import PLAYERS, Side, book_of, side_of, stand
from ews.store.batches import latest_batch, predecessor
from tests.homes import DAYS


@pytest.fixture(scope="module")
def ends(scored):
    with scored.store() as store:
        newest = latest_batch(store).batch
        older = predecessor(store, newest.portfolio, newest.as_of).batch
        return tuple(end_of(scored.home, store, one.batch_id) for one in (older, newest))


@pytest.fixture(scope="module")
def kept(ends):
    return tuple(rows_of(end, ids_of(end), features_asked(ends)) for end in ends)


@pytest.fixture(scope="module")
def sides(ends, kept):
    """Give the sides of everybody in both batches, by borrower."""
    books = [book_of(end) for end in ends]
    both = sorted(set(kept[0].frame.index) & set(kept[1].frame.index))
    return {one: tuple(side_of(book, rows, one) for book, rows in zip(books, kept, strict=True)) for one in both}


@pytest.mark.parametrize("number", [0, 1])
def test_what_a_batch_kept_gives_the_tier_level_and_signals_that_it_published(kept, sides, number):
    assert len(sides) > 300
    for borrower, pair in sides.items():
        side, record = pair[number], json.loads(kept[number].frame.at[borrower, "record"])
        now = stand(dict.fromkeys(PLAYERS, replace(side, remembered=0)))
        assert now.tier == Tier(record["tier"]).rank
        assert now.level == WarningLevel(record["level_now"]).rank
        told = [one["code"] for one in record["held"] if one["kind"] != "tier_rule" and one["state"] == "holds"]
        assert list(now.codes) == told
        assert stand(dict.fromkeys(PLAYERS, side)).level == WarningLevel(record["level"]).rank


def test_the_parts_of_every_move_of_level_and_tier_add_up_exactly_and_nothing_is_left_over(sides):
    moved = 0
    for before, after in sides.values():
        if (before.level, before.tier) == (after.level, after.tier):
            continue
        found = rank_moves(before, after, same_policy=True)
        assert sum(found.level.values()) == (after.level - before.level) * BILLION
        assert sum(found.tier.values()) == (after.tier - before.tier) * BILLION
        assert found.level["rest"] == found.tier["rest"] == found.level["policy"] == found.level["overrides"] == 0
        assert not set(found.came) & set(found.went)
        moved += 1
    assert moved > 20


def quiet(sides: dict[str, tuple[Side, Side]]) -> Side:
    """Return somebody who passes, with no warning, on the later day."""
    return next(pair[1] for pair in sides.values() if (pair[1].tier, pair[1].level) == (0, 0) and pair[1].loans)


def told(parts: dict[str, int]) -> dict[str, int]:
    assert tuple(parts) == CAUSES
    return {name: value // BILLION for name, value in parts.items() if value}


def published(side: Side) -> Side:
    """Return the side as it would have been published."""
    ranks = stand(dict.fromkeys(PLAYERS, side))
    return replace(side, tier=ranks.tier, level=ranks.level)


def test_a_pd_that_rose_alone_moves_the_level_by_pd_alone(sides):
    before = quiet(sides)
    after = published(replace(before, facts={**before.facts, "pd": 0.9}))
    found = rank_moves(before, after, same_policy=True)
    assert told(found.level) == {"pd": 3}
    assert found.went == ()
    assert "GRADE_RED" in found.came


def test_arrears_alone_move_the_level_by_rules_alone(sides):
    before = quiet(sides)
    after = published(replace(before, facts={**before.facts, "dpd_max": 10}))
    found = rank_moves(before, after, same_policy=True)
    assert (told(found.level), found.came) == ({"rules": 1}, ("OVERDUE_NOW",))


def test_pd_and_arrears_that_give_the_same_level_share_it(sides):
    before = quiet(sides)
    scale = before.book.policy.scales.on(DAYS[1])
    yellow = int(before.book.policy.value_on("yellow_from_grade", DAYS[1]))
    pd = (scale.grades[yellow - 1].low + scale.grades[yellow - 1].high) / 2
    after = published(replace(before, facts={**before.facts, "pd": pd, "dpd_max": 10, "pd_before": pd}))
    found = rank_moves(before, after, same_policy=True)
    assert (after.level, found.level["pd"], found.level["rules"]) == (1, BILLION // 2, BILLION // 2)


def test_an_override_alone_moves_the_tier_by_overrides_alone(sides):
    before = quiet(sides)
    override = {"override_id": "O1", "loan_id": None, "tier_rank": 2, "approved_on": date(2026, 6, 1)}
    after = published(replace(before, overrides=[override]))
    found = rank_moves(before, after, same_policy=True)
    assert (after.tier, told(found.tier)) == (2, {"overrides": 2})
    later = {**override, "override_id": "O2", "tier_rank": 1, "approved_on": date(2026, 6, 2)}
    assert published(replace(before, overrides=[override, later])).tier == 1
    elsewhere = {**later, "loan_id": "another"}
    assert published(replace(before, overrides=[override, elsewhere])).tier == 2


def test_a_level_that_lingers_is_memory(sides):
    after = quiet(sides)
    before = replace(after, level=2, remembered=2)
    found = rank_moves(before, after, same_policy=True)
    assert told(found.level) == {"memory": -2}


def test_another_policy_alone_is_policy_and_what_nobody_can_make_again_is_rest(sides):
    before = quiet(sides)
    stricter = replace(before.book.policy, signals=tuple(_stricter(one) for one in before.book.policy.signals))
    late = replace(before, facts={**before.facts, "dpd_max": 10}, level=1)
    after = published(replace(late, book=replace(late.book, policy=stricter)))
    assert not same_rules(late.book, after.book)
    assert same_rules(late.book, before.book)
    found = rank_moves(late, after, same_policy=False)
    assert told(found.level) == {"policy": 2}
    assert told(rank_moves(late, replace(late, level=3), same_policy=True).level) == {"rest": 2}


def _stricter(signal):
    return replace(signal, level=WarningLevel.RED) if signal.code == "OVERDUE_NOW" else signal
