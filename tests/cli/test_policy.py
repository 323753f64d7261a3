import contextlib
import json
import shutil
from datetime import date
from pathlib import Path

import pytest

from ews.cli import policy, show
from ews.cli.policies import adopt_first, policy_for, policy_named, policy_of
from ews.cli.policy_page import PARTS
from ews.cli.settings import Settings
from ews.domain.errors import PolicyError
from ews.policy.archive import keep
from ews.store.adoptions import adopted
from ews.store.engine import open_store
from tests.policy.policies import POLICY, load, replaced, small
from tests.store.samples import JUNE, published, row

JULY, AUGUST = date(2026, 7, 31), date(2026, 8, 1)
NEW = ("tier_rules.toml", '"dpd > 0"', '{ 1900-01-01 = "dpd > 0", 2026-08-01 = "dpd > 7" }')


def settings(tmp_path: Path, folder: Path | None = None) -> Settings:
    return Settings(home=tmp_path / "home", policy=folder)


def test_the_json_has_eight_keys_and_with_a_day_only_what_counts_on_it(tmp_path, capsys):
    at = settings(tmp_path, small(tmp_path / "policy", NEW))
    whens = []
    for day in (JULY, AUGUST):
        policy.show_policy(at, None, day, None, as_json=True)
        shown = json.loads(capsys.readouterr().out)
        assert list(shown) == list(PARTS)
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
    with pytest.raises(
        PolicyError, match=r"never adopted.*To adopt the other: ews policy adopt .*new --from 2026-08-01"
    ):
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


def test_the_terminal_shows_all_eight_parts_and_every_item(tmp_path, capsys):
    policy.show_policy(settings(tmp_path), None, JULY, None, as_json=False)
    shown = capsys.readouterr().out
    for word in (
        "Parameters",
        "Grades",
        "Tier rules",
        "Signals",
        "Playbook",
        "Calendar",
        "Casework",
        "Forms",
        POLICY.hash,
    ):
        assert word in shown
    stages = POLICY.provisions.stage_rules
    for code in [one.name for one in POLICY.parameters] + [one.code for one in (*POLICY.rules, *stages)]:
        assert f"\n{code}" in shown


def test_one_part_or_one_entry_can_be_asked_for(tmp_path, capsys):
    at = settings(tmp_path, small(tmp_path / "policy", NEW))
    for wanted, keys in (("grades", ["grades"]), ("LATE", None), ("cure_months", None)):
        policy.show_policy(at, None, None, wanted, as_json=True)
        shown = json.loads(capsys.readouterr().out)
        assert list(shown) == keys if keys else wanted in {shown.get("code"), shown.get("name")}
    policy.show_policy(at, None, JULY, "LATE", as_json=False)
    first, second, *_ = capsys.readouterr().out.splitlines()
    assert first == "LATE  关注 special mention  dpd > 0; dpd > 7 (自 from 2026-08-01)"
    assert second.strip() == "逾期 Late · 法规 law · law [H]"
    for as_json in (True, False):
        with pytest.raises(PolicyError, match=r"The policy has no 'nix'. Give one of parameters, grades, tier_rules"):
            policy.show_policy(at, None, None, "nix", as_json=as_json)


@pytest.mark.parametrize(
    ("wanted", "words"),
    [
        ("freeze_drawing", ("freeze_drawing  暂停用信 Freeze further drawing", "压缩授信 cuts credit", "支行负责人")),
        ("BULLET_DUE", ("BULLET_DUE  bullet  到期前 30 天 days before",)),
        ("C", ("C  首期逾期，或习惯性M1 First instalment missed",)),
        ("first", ("first  首次检查 First check after payout  借据 loan", "loan:principal", "finding use_of_funds")),
        ("PLAN_15", ("PLAN_15  逾期15天起 from 15 days past due", "支行负责人")),
        ("calendar", ("country 国家 CN; 调休已知至 worked weekends known until 2026; 2026-07-31 为工作日",)),
    ],
)
def test_what_casework_and_forms_say_can_be_asked_for_by_code(tmp_path, capsys, monkeypatch, wanted, words):
    monkeypatch.setattr(show.OUT, "_width", 400)
    policy.show_policy(settings(tmp_path), None, JULY, wanted, as_json=False)
    shown = capsys.readouterr().out
    for word in words:
        assert word in shown
    policy.show_policy(settings(tmp_path), None, None, wanted, as_json=True)
    told = json.loads(capsys.readouterr().out)
    assert told.get("code") == wanted or list(told) == [wanted]


def test_with_a_day_the_json_of_casework_and_forms_is_the_edition_of_that_day(tmp_path, capsys):
    policy.show_policy(settings(tmp_path), None, JULY, None, as_json=True)
    shown = json.loads(capsys.readouterr().out)
    assert shown["casework"]["contacts"]["from_time"] == "08:00:00"
    assert [form["code"] for form in shown["forms"]["forms"]] == ["phone", "visit", "audit", "first", "event"]


def test_after_an_upgrade_the_error_says_what_to_type_for_the_old_and_the_new(tmp_path):
    old = settings(tmp_path, small(tmp_path / "old"))
    store = open_store(old.database)
    adopt_first(old, store, policy_of(old))
    published(store, "b1", [row("B1")])
    kept_in = old.home.resolve() / "policies" / policy_of(old).hash
    with pytest.raises(PolicyError) as caught:
        policy_for(settings(tmp_path), store, JULY)
    assert f"set EWS_POLICY={kept_in}." in str(caught.value)
    assert "ews policy adopt default --from 2026-07-01 --by NAME; first see what it changes" in str(caught.value)
    assert policy_for(settings(tmp_path, kept_in), store, JULY) == policy_of(old)
    with pytest.raises(PolicyError, match="Batches up to 2026-06-30 are published, so 2026-06-30 cannot get another"):
        policy_for(settings(tmp_path), store, JUNE)
    store.close()


def test_a_kept_policy_that_was_changed_decides_nothing(tmp_path):
    old, new = settings(tmp_path, small(tmp_path / "old")), settings(tmp_path, small(tmp_path / "new", NEW))
    store = open_store(old.database)
    adopt_first(old, store, policy_of(old))
    policy.adopt_policy(new, str(tmp_path / "new"), AUGUST, "Li", None)
    kept_in = old.home / "policies" / policy_of(old).hash
    replaced(kept_in, "tier_rules.toml", "dpd > 0", "dpd > 5")
    with pytest.raises(PolicyError, match=r"it was changed, or kept by another version. Restore it from the backup"):
        policy_for(new, store, JULY)
    replaced(kept_in, "tier_rules.toml", "dpd > 5", "dpd > x")
    with pytest.raises(PolicyError, match=r"this version cannot read it: tier_rules\.toml:10: LATE: unknown name 'x'"):
        policy_for(new, store, JULY)
    shutil.rmtree(kept_in)
    with pytest.raises(
        PolicyError, match=r"is not in '.*'. Restore it from the backup, or adopt another one for the day"
    ):
        policy_for(new, store, JULY)
    store.close()


def test_an_adoption_names_a_day_to_come_and_who_decided(tmp_path, capsys):
    at = settings(tmp_path, small(tmp_path / "policy"))
    store = open_store(at.database)
    adopt_first(at, store, policy_of(at))
    published(store, "b1", [row("B1")])
    edited = small(tmp_path / "edited", ("tier_rules.toml", "dpd > 0", "dpd > 7"), ("grades.toml", "Good", "Fine"))
    with pytest.raises(PolicyError, match="Batches up to 2026-06-30 are published; a policy from 2026-06-30 would"):
        policy.adopt_policy(at, str(edited), JUNE, "Li", None)
    with pytest.raises(PolicyError, match="--by is empty"):
        policy.adopt_policy(at, str(edited), AUGUST, " ", None)
    with pytest.raises(PolicyError) as caught:
        policy.adopt_policy(at, str(edited), AUGUST, "Li", None)
    assert [line.split(": ")[0] for line in str(caught.value).splitlines()] == ["tier_rules.toml:10", "grades.toml:4"]
    policy.adopt_policy(at, str(tmp_path / "policy"), AUGUST, "Li", None)
    assert "holds on 2026-08-01 already" in capsys.readouterr().out
    assert len(adopted(store)) == 1
    store.close()


def test_faults_are_told_one_by_one_for_people_too(tmp_path, capsys):
    changes = ("signals.toml", '"officer"', '"teller"'), ("grades.toml", "low = 0.0050", "low = 0.0060")
    assert policy.check(settings(tmp_path), small(tmp_path / "policy", *changes), as_json=False) is False
    first, second, last = capsys.readouterr().out.splitlines()
    assert first.startswith("grades.toml:11: G3: the band starts at 0.006 and leaves a gap after")
    assert second.startswith("signals.toml:12: DRAWN: 'owner' is 'teller'")
    assert last.endswith(": 2 faults 错误 2 处")


def test_what_could_not_be_adopted_is_noted_before_anybody_tries(tmp_path, capsys):
    at = settings(tmp_path, small(tmp_path / "policy"))
    with contextlib.closing(open_store(at.database)) as store:
        adopt_first(at, store, policy_of(at))
        published(store, "b1", [row("B1")])
    for name, change, noted in (
        ("edited", ("tier_rules.toml", '"dpd > 0"', '"dpd > 7"'), True),
        ("past", ("parameters.toml", "2023-07-01 = 90 }", "2023-07-01 = 90, 2026-06-30 = 60 }"), True),
        ("coming", ("parameters.toml", "2023-07-01 = 90 }", "2023-07-01 = 90, 2026-07-01 = 60 }"), False),
    ):
        assert policy.check(at, small(tmp_path / name, change), as_json=True) is True
        notes = [note for note in json.loads(capsys.readouterr().out)["notes"] if "cannot be adopted as it is" in note]
        assert [note.split(": ")[1].split(":")[0] for note in notes] == ([change[0]] if noted else [])
