import shutil
from dataclasses import replace
from datetime import date

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from ews.cli.desks import audit_folder, desk_of, facts_of, hands_of, log_of
from ews.cli.policies import adopt_first, policy_of
from ews.cli.settings import Settings
from ews.domain.errors import ModelError, PolicyError
from ews.policy.archive import keep
from ews.scoring.feature_values import NAMES
from ews.scoring.folder import FACTS
from ews.store.adoptions import adopt
from ews.store.engine import open_store
from tests.policy.policies import load, small
from tests.store.samples import JUNE, published, row

JULY, AUGUST = date(2026, 7, 31), date(2026, 8, 1)
NEW = ("tier_rules.toml", '"dpd > 0"', '{ 1900-01-01 = "dpd > 0", 2026-08-01 = "dpd > 7" }')


@pytest.fixture
def settings(tmp_path) -> Settings:
    return Settings(home=tmp_path / "home", policy=small(tmp_path / "policy"))


@pytest.fixture
def store(settings):
    opened = open_store(settings.database)
    yield opened
    opened.close()


@pytest.fixture
def desk(settings, store):
    return desk_of(settings, store, log_of(settings, store))


def in_a_folder(settings, store, rows):
    """Publish a batch of B1 and write the values of its folder."""
    listed = [row("B1")]
    found = published(store, "b1", listed, directory="decisions/sme/b1").publication.batch
    path = settings.home / found.directory / "decisions.parquet"
    path.parent.mkdir(parents=True)
    pq.write_table(pa.Table.from_pylist(rows), path)


def test_until_a_policy_was_adopted_that_of_the_settings_decides(desk, settings):
    assert desk.policy_on(JULY) == policy_of(settings)


def test_each_day_has_the_policy_that_was_adopted_for_it(desk, settings, store, tmp_path):
    first, second = policy_of(settings), load(small(tmp_path / "new", NEW))
    adopt_first(settings, store, first)
    keep(settings.home, second)
    adopt(store, second.hash, AUGUST, adopted_by="wang, zhao", note=None)
    assert (desk.policy_on(JULY), desk.policy_on(AUGUST)) == (first, second)


def test_a_policy_is_read_once_and_no_more(desk, settings, store, tmp_path):
    second = load(small(tmp_path / "new", NEW))
    keep(settings.home, second)
    adopt(store, second.hash, AUGUST, adopted_by="wang, zhao", note=None)
    found = desk.policy_on(AUGUST)
    shutil.rmtree(settings.home / "policies" / second.hash)
    assert desk.policy_on(date(2026, 8, 2)) is found


def test_a_policy_that_is_lost_is_told(desk, store):
    adopt(store, "ab" * 32, AUGUST, adopted_by="wang, zhao", note=None)
    with pytest.raises(PolicyError, match="Restore it from the backup, or adopt another one for the day"):
        desk.policy_on(AUGUST)


def test_key_and_witness_lie_in_the_home_unless_the_key_is_kept_elsewhere(settings, store, tmp_path):
    elsewhere = settings.model_copy(update={"audit_key": tmp_path / "vault" / "key"})
    (tmp_path / "vault").mkdir()
    log_of(elsewhere, store)
    assert {path.name for path in audit_folder(settings).iterdir()} == {"witness.jsonl"}
    assert (tmp_path / "vault" / "key").is_file()


def test_hands_know_what_is_kept_and_stored(settings, store):
    hands = hands_of(settings, store, log_of(settings, store))
    for unknown in ("ab" * 32, "../policies", "cd"):
        with pytest.raises(PolicyError, match=f"No policy of the hash '{unknown}' is kept") as told:
            hands.check_policy(unknown)
        assert str(settings.home) not in str(told.value)
    keep(settings.home, policy_of(settings))
    assert hands.check_policy(policy_of(settings).hash) == policy_of(settings)
    for portfolio, model_id in (("sme", "ab" * 32), ("..", "x")):
        with pytest.raises(ModelError, match=f"Portfolio '{portfolio}' has no model '{model_id}'") as told:
            hands.check_model(portfolio, model_id)
        assert str(settings.home) not in str(told.value)


def test_facts_of_a_borrower_come_from_the_folder_of_the_newest_batch(settings, store):
    values = dict.fromkeys(NAMES, 1.5) | {fact.name: None for fact in FACTS}
    in_a_folder(settings, store, [{**values, "borrower_id": "B1"}, {**values, "borrower_id": "B2"}])
    found = facts_of(settings, store, "sme", "B1")
    assert (found.on, found.values) == (JUNE, values)


def test_a_batch_of_an_earlier_version_tells_what_it_has(settings, store):
    in_a_folder(settings, store, [{"borrower_id": "B1", NAMES[0]: 2.5}])
    assert facts_of(settings, store, "sme", "B1").values == {NAMES[0]: 2.5}


def test_nothing_is_known_without_batch_folder_or_row(settings, store):
    assert facts_of(settings, store, "sme", "B1") is None
    published(store, "b0", [row("B1")], as_of=date(2026, 5, 31))
    assert facts_of(settings, store, "sme", "B1") is None
    in_a_folder(settings, store, [{"borrower_id": "B2", NAMES[0]: 2.5}])
    assert facts_of(settings, store, "sme", "B1") is None


def test_the_desk_is_that_of_the_log(settings, store):
    log = log_of(settings, store)
    made = desk_of(settings, store, log)
    assert made.log == replace(log, store=store)


def test_a_policy_that_edits_days_before_it_is_to_hold_is_refused(settings, store, tmp_path):
    adopt_first(settings, store, policy_of(settings))
    hands = hands_of(settings, store, log_of(settings, store))
    new = load(small(tmp_path / "new", NEW))
    keep(settings.home, new)
    hands.check_dates(new.hash, AUGUST)
    with pytest.raises(PolicyError, match="add a date from 2026-09-01 on, never edit one"):
        hands.check_dates(new.hash, date(2026, 9, 1))
