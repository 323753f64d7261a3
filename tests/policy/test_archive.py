from pathlib import Path

import pytest

from ews.domain.errors import PolicyError
from ews.policy.archive import archived, keep, kept
from ews.policy.policy import FILES
from tests.policy.policies import POLICY, VOCABULARY, load, replaced, small


def test_a_kept_policy_is_read_again_as_it_was(tmp_path: Path):
    home, policy = tmp_path / "home", load(small(tmp_path / "policy"))
    folder = keep(home, policy)
    assert archived(home, policy.hash, VOCABULARY) == policy
    assert {path.name for path in folder.iterdir()} == set(FILES)
    assert (folder / "signals.toml").read_bytes() == (tmp_path / "policy" / "signals.toml").read_bytes()


def test_what_is_kept_is_never_written_again(tmp_path: Path):
    folder = keep(tmp_path, POLICY)
    (folder / "signals.toml").write_text("# mine", encoding="utf-8")
    assert keep(tmp_path, POLICY) == folder
    assert (folder / "signals.toml").read_text(encoding="utf-8") == "# mine"


def test_a_policy_that_was_not_kept_or_cannot_be_read_any_more_is_none(tmp_path: Path):
    assert archived(tmp_path, POLICY.hash, VOCABULARY) is None
    folder = keep(tmp_path, POLICY)
    (folder / "signals.toml").write_text("[[signal]]\ncode = 'FROM_ANOTHER_VERSION'\n", encoding="utf-8")
    assert archived(tmp_path, POLICY.hash, VOCABULARY) is None


def test_a_policy_of_which_a_later_version_would_find_fault_still_tells_what_it_decided(tmp_path: Path):
    policy = load(small(tmp_path / "policy"))
    folder = keep(tmp_path / "home", policy)
    replaced(folder, "tier_rules.toml", "dpd > 0", "dpd > 95")
    with pytest.raises(PolicyError, match="can never decide"):
        load(folder)
    found = archived(tmp_path / "home", policy.hash, VOCABULARY)
    assert found is not None
    assert found.rule("LATE").source == "law"


def test_a_kept_policy_is_named_by_the_start_of_its_hash(tmp_path: Path):
    folder = keep(tmp_path, POLICY)
    assert kept(tmp_path, POLICY.hash[:6]) == folder
    for start in (POLICY.hash[:5], "nothing", "/no/such/folder"):
        with pytest.raises(
            PolicyError,
            match=f"'{start}' is no folder, and no policy is kept in .* with a hash that starts with '{start}'",
        ):
            kept(tmp_path, start)
