import os

import pytest

from ews.cli.policies import policy_of
from ews.cli.policy_choices import choices, find_policy, keep_choice
from ews.cli.settings import Settings
from ews.domain.errors import RequestError
from ews.policy.archive import keep
from ews.serving.policy_desk import Kind
from tests.policy.policies import POLICY, load, small

NEW = ("tier_rules.toml", '"dpd > 0"', '{ 1900-01-01 = "dpd > 0", 2026-08-01 = "dpd > 7" }')
WRONG = ("tier_rules.toml", '"dpd > 0"', '"dpdd > 0"')


@pytest.fixture
def settings(tmp_path) -> Settings:
    return Settings(home=tmp_path / "home", policy=small(tmp_path / "own"))


def named(settings):
    return {one.name: one for one in choices(settings)}


def test_drafts_the_policy_that_is_set_and_that_of_the_product_can_be_chosen(settings):
    small(settings.home / "drafts" / "milder", NEW)
    found = choices(settings)
    assert [(one.name, one.kind) for one in found] == [
        ("draft:milder", Kind.DRAFT),
        ("set", Kind.SET),
        ("product", Kind.PRODUCT),
    ]
    assert [one.policy_hash for one in found][1:] == [policy_of(settings).hash, POLICY.hash]


def test_what_is_kept_already_stands_there_once(settings):
    keep(settings.home, policy_of(settings))
    assert [one.name for one in choices(settings)] == ["product", policy_of(settings).hash]


def test_a_draft_with_a_fault_says_what_is_wrong_and_names_no_folder(settings):
    small(settings.home / "drafts" / "wrong", WRONG)
    found = named(settings)["draft:wrong"]
    assert found.policy_hash is None
    assert "dpdd" in found.faults[0]
    assert str(settings.home) not in found.faults[0]


def test_a_draft_that_is_mended_can_be_used_at_once(settings):
    folder = small(settings.home / "drafts" / "wrong", WRONG)
    assert named(settings)["draft:wrong"].policy_hash is None
    file = folder / "tier_rules.toml"
    file.write_text(file.read_text(encoding="utf-8").replace("dpdd", "dpd"), encoding="utf-8")
    os.utime(file, ns=(1, 1))
    assert named(settings)["draft:wrong"].policy_hash == load(folder).hash


def test_what_an_earlier_version_kept_and_this_one_cannot_read_is_listed_as_such(settings):
    folder = settings.home / "policies" / ("ab" * 32)
    folder.mkdir(parents=True)
    assert named(settings)["ab" * 32].policy_hash is None
    assert find_policy(settings, "ab" * 32) is None


def test_what_was_changed_after_it_was_kept_cannot_be_used(settings):
    kept = keep(settings.home, policy_of(settings))
    small(kept, NEW)
    assert "has the hash" in named(settings)[kept.name].faults[0]
    assert find_policy(settings, kept.name) is None


def test_a_choice_is_kept_under_its_hash_and_found_by_it(settings):
    folder = small(settings.home / "drafts" / "milder", NEW)
    policy_hash = keep_choice(settings, "draft:milder")
    assert policy_hash == load(folder).hash
    assert (settings.home / "policies" / policy_hash).is_dir()
    found = find_policy(settings, policy_hash)
    assert found is not None
    assert found.hash == policy_hash


@pytest.mark.parametrize("name", ["draft:../../own", "draft:none", "../own", "/etc", ""])
def test_nothing_but_what_is_listed_can_be_chosen(settings, name):
    (settings.home / "drafts").mkdir(parents=True)
    with pytest.raises(RequestError, match="There is no policy"):
        keep_choice(settings, name)


def test_a_draft_that_cannot_be_used_is_not_kept(settings):
    small(settings.home / "drafts" / "wrong", WRONG)
    with pytest.raises(RequestError, match="cannot be used"):
        keep_choice(settings, "draft:wrong")
    assert not (settings.home / "policies").exists()


@pytest.mark.parametrize("policy_hash", ["../own", "ab" * 31, "AB" * 32, ""])
def test_only_a_hash_finds_a_policy(settings, policy_hash):
    assert find_policy(settings, policy_hash) is None
