"""What holds for every family, whatever it measures."""

import random
from datetime import date
from functools import cache

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ews.events.book import Book
from ews.features.catalogue import FAMILIES, Family, family_name
from ews.features.economic_unit.members import members
from ews.features.statements import worked_out
from ews.features.window import spine_on
from tests.books import book_of
from tests.features.observed import frame
from tests.features.worlds import BORROWERS, PEER_GROUPS, circle_of, known_by, loosely_tied, only, world

DAYS = [date(2025, 3, 31), date(2025, 6, 30), date(2025, 12, 31)]
every_family = pytest.mark.parametrize("family", FAMILIES, ids=family_name)
seeds = st.integers(0, 10_000)
"""Each is a world of some 700 rows; few are drawn per run, others the next time."""


@cache
def _told(name: str, seed: int, days: tuple[date, ...]) -> pd.DataFrame:
    family = next(each for each in FAMILIES if family_name(each) == name)
    return frame(family, book_of(world(seed)), list(days))


def told(family: Family, seed: int, *days: date) -> pd.DataFrame:
    return _told(family_name(family), seed, days)


def same(left: pd.DataFrame, right: pd.DataFrame) -> None:
    pd.testing.assert_frame_equal(left.reset_index(drop=True), right.reset_index(drop=True), check_exact=True)


@every_family
@settings(max_examples=2, deadline=None)
@given(seed=seeds)
def test_what_happens_or_is_learnt_later_changes_nothing(family: Family, seed):
    day = (DAYS[0], date(2025, 5, 17))[seed % 2]
    same(told(family, seed, day), frame(family, book_of(known_by(world(seed), day)), [day]))


@every_family
@settings(max_examples=1, deadline=None)
@given(seed=seeds)
def test_the_order_of_rows_changes_nothing(family: Family, seed):
    rng = random.Random(seed)  # noqa: S311 - test data
    shuffled = {name: rng.sample(content, len(content)) for name, content in world(seed).items()}
    same(told(family, seed, DAYS[0]), frame(family, book_of(shuffled), DAYS[:1]))


@every_family
@settings(max_examples=1, deadline=None)
@given(seed=seeds)
def test_several_snapshots_at_once_equal_each_alone(family: Family, seed):
    days = DAYS[:2]
    alone = pd.concat([told(family, seed, day) for day in days])
    same(told(family, seed, *days), alone.sort_values(["borrower_id", "as_of"]))


@every_family
@settings(max_examples=1, deadline=None)
@given(seed=seeds, borrower=st.sampled_from(BORROWERS))
def test_a_borrower_depends_on_nobody_outside_its_unit_its_circle_and_its_peers(family: Family, seed, borrower):
    rows, day = loosely_tied(world(seed), seed), DAYS[1]
    whole = book_of(rows)
    kept = unit_of(whole, borrower, day) | circle_of(rows, borrower, day)
    if family_name(family) == "peers":
        kept |= {each for each in BORROWERS if PEER_GROUPS[each] == PEER_GROUPS[borrower]}
    seen, alone = (frame(family, book, [day]) for book in (whole, book_of(only(rows, kept))))
    same(*(each[each.borrower_id == borrower] for each in (seen, alone)))


def unit_of(book: Book, borrower: str, day: date) -> set[str]:
    unit = worked_out(book, spine_on(book, [day]), members)
    return set(unit.filter(unit.borrower_id == borrower).member_id.execute())


@every_family
def test_the_random_worlds_reach_every_feature(family: Family):
    seen = pd.concat([told(family, seed, *DAYS[:2]) for seed in range(4)])
    still = [each.name for each in family.FEATURES if seen[each.name].nunique() < 2]
    assert still == []
