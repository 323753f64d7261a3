"""Rules alone over the batches of the scored home: judged again from what is stored, with no pd anywhere."""

from collections.abc import Iterator
from dataclasses import dataclass

import pandas as pd
import pyarrow.parquet as pq
import pytest

from ews.cli.validate import rules_alone, system
from ews.cli.validate.rules_alone import rules_history, said_by_rules
from ews.domain.errors import PolicyError
from ews.domain.levels import WarningLevel
from ews.events.book import Book, open_book
from ews.store.engine import Store
from ews.store.publications import Publication
from tests.homes import DAYS, ScoredHome
from tests.validation.earliness.made import Borrower, day, history_of

RANKS = {level.value: level.rank for level in WarningLevel}


@dataclass(frozen=True, slots=True)
class Stored:
    """The two batches of the scored home and what was found of them: `said` by the rules, `told` by the whole."""

    home: ScoredHome
    store: Store
    book: Book
    batches: tuple[Publication, ...]
    said: pd.DataFrame
    told: pd.DataFrame


@pytest.fixture(scope="module")
def stored(scored: ScoredHome) -> Iterator[Stored]:
    with scored.store() as store:
        book, batches = open_book(scored.book), system._batches(scored.home, store, scored.model)
        said = said_by_rules(scored.home, store, book, batches, lambda _: scored.policy)
        yield Stored(scored, store, book, batches, said, _decided(scored, batches))


def _decided(scored: ScoredHome, batches: tuple[Publication, ...]) -> pd.DataFrame:
    parts = []
    for one in batches:
        rows = pq.read_table(scored.home / one.batch.directory / "decisions.parquet").to_pandas()
        parts.append(rows[["borrower_id"]].assign(as_of=pd.Timestamp(one.batch.as_of), rank=rows["level"].map(RANKS)))
    whole: pd.DataFrame = pd.concat(parts, ignore_index=True)
    return whole


def test_every_decision_of_every_batch_is_judged_again(stored):
    keys = [stored_rows[["borrower_id", "as_of"]].sort_values(["as_of", "borrower_id"]).reset_index(drop=True)
            for stored_rows in (stored.said, stored.told)]  # fmt: skip
    pd.testing.assert_frame_equal(*keys)
    assert [one.batch.as_of for one in stored.batches] == list(DAYS)


def test_rules_alone_never_warn_more_gravely_and_warn_of_fewer(stored):
    both = stored.said.merge(stored.told, on=["borrower_id", "as_of"], validate="one_to_one")
    assert (both["rules_level"] <= both["rank"]).all()
    warned = [int((both[name] > 0).sum()) for name in ("rules_level", "rank")]
    assert 0 < warned[0] < warned[1]


def test_a_policy_that_is_lost_is_named_with_its_batch(stored):
    first = stored.batches[0].batch
    with pytest.raises(PolicyError, match=f"'{first.batch_id}' was decided by policy {first.policy_hash[:12]}"):
        said_by_rules(stored.home.home, stored.store, stored.book, stored.batches, lambda _: None)


def test_more_decisions_than_a_night_can_judge_are_refused(stored, monkeypatch):
    monkeypatch.setattr(rules_alone, "MOST_ROWS", len(stored.said) - 1)
    with pytest.raises(PolicyError, match=f"hold {len(stored.said):,} decisions"):
        said_by_rules(stored.home.home, stored.store, stored.book, stored.batches, lambda _: stored.home.policy)


def test_of_two_orders_the_one_counts_that_flags_more_early():
    """There is one place on the list: the exposure is B1's, the signals and a default a year later are B2's."""
    failing = Borrower(late=[(day(25), day(30))], defaults=[day(28)])
    history = history_of({f"B{number:02d}": failing if number == 2 else Borrower() for number in range(1, 21)})
    first, second = ((history.rows["borrower_id"] == name).to_numpy() for name in ("B01", "B02"))
    later = (history.batch >= 20) & (first | second)
    rows = history.rows.assign(rules_level=later.astype(int))
    for better, other in (("rules_urgency", "rules_signals_urgency"), ("rules_signals_urgency", "rules_urgency")):
        orders = {better: second.astype(float), other: first.astype(float)}
        chosen = rules_history(history, rows.assign(**orders)).rows["urgency"]
        assert chosen.tolist() == orders[better].tolist()
