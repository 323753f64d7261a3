import json
from datetime import date
from pathlib import Path

import pytest

from ews.cli import policy
from ews.cli.policies import adopt_first, policy_for, policy_named, policy_of
from ews.cli.settings import Settings
from ews.domain.errors import PolicyError
from ews.policy.archive import keep
from ews.store.adoptions import adopted
from ews.store.engine import open_store
from tests.policy.policies import POLICY, load, small

JULY, AUGUST = date(2026, 7, 31), date(2026, 8, 1)
NEW = ("tier_rules.toml", '"dpd > 0"', '{ 1900-01-01 = "dpd > 0", 2026-08-01 = "dpd > 7" }')


def settings(tmp_path: Path, folder: Path | None = None) -> Settings:
    return Settings(home=tmp_path / "home", policy=folder)


def test_the_json_has_five_keys_and_with_a_day_only_what_counts_on_it(tmp_path, capsys):
    at = settings(tmp_path, small(tmp_path / "policy", NEW))
    whens = []
    for day in (JULY, AUGUST):
        policy.show_policy(at, None, day, as_json=True)
        shown = json.loads(capsys.readouterr().out)
        assert list(shown) == ["parameters", "grades", "tier_rules", "signals", "playbook"]
        whens.append(shown["tier_rules"]["rules"][0]["when"])
    assert whens == ["dpd > 0", "dpd > 7"]


def test_check_tells_each_fault_and_whether_there_is_one(tmp_path, capsys):
    folder = small(tmp_path / "policy", ("signals.toml", "inflow_3m == 0", "card_utilisation < 0.5"))
    assert policy.check(settings(tmp_path), folder, as_json=True) is False
    (fault,) = json.loads(capsys.readouterr().out)["faults"]
    assert fault.startswith("signals.toml:6: DRAWN: can never hold")
    assert policy.check(settings(tmp_path), None, as_json=True) is True
    assert json.loads(capsys.readouterr().out)["hash"] == POLICY.hash


def test_a_day_is_judged_by_the_policy_that_holds_on_it(tmp_path, capsys):
    old, new = settings(tmp_path, small(tmp_path / "old")), settings(tmp_path, small(tmp_path / "new", NEW))
    store = open_store(old.database)
    adopt_first(old, store, policy_of(old))
    adopt_first(new, store, policy_of(new))
    with pytest.raises(PolicyError, match=r"is not the one in force on 2026-08-01 \(.*\)\. Adopt it: ews policy adopt"):
        policy_for(new, store, AUGUST)
    policy.adopt_policy(new, str(tmp_path / "new"), AUGUST, "Li", "milder")
    assert [one.policy_hash for one in adopted(store)] == [policy_of(old).hash, policy_of(new).hash]
    for at in (old, new):
        assert policy_for(at, store, JULY) == policy_of(old)
        assert policy_for(at, store, AUGUST) == policy_of(new)
    store.close()
    assert "holds from 2026-08-01" in capsys.readouterr().out


def test_an_edited_past_is_not_adopted(tmp_path):
    old = settings(tmp_path, small(tmp_path / "old"))
    store = open_store(old.database)
    adopt_first(old, store, policy_of(old))
    edited = small(tmp_path / "new", ("tier_rules.toml", "dpd > 0", "dpd > 7"))
    with pytest.raises(PolicyError, match=r'tier_rules\.toml:10: LATE: the value of 1900-01-01 was "dpd > 0"'):
        policy.adopt_policy(old, str(edited), AUGUST, "Li", None)
    assert len(adopted(store)) == 1
    store.close()


def test_a_policy_is_named_by_folder_word_or_hash(tmp_path):
    at, folder = settings(tmp_path), small(tmp_path / "policy")
    keep(at.home, load(folder))
    assert policy_named(at, str(folder)) == policy_named(at, load(folder).hash[:8]) == load(folder)
    assert policy_named(at, "default") == policy_named(at, "in-force") == POLICY
