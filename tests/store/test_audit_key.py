import os
from concurrent.futures import ThreadPoolExecutor

import pytest

from ews.domain.errors import SettingsError
from ews.store.audit_key import make_key, read_key


def test_a_key_is_256_random_bits_that_only_the_owner_reads(tmp_path):
    made = make_key(tmp_path / "audit" / "key")
    assert len(made) == 32
    assert make_key(tmp_path / "other") != made
    assert (tmp_path / "audit" / "key").stat().st_mode & 0o777 == 0o600
    assert read_key(tmp_path / "audit" / "key") == make_key(tmp_path / "audit" / "key") == made
    assert [one.name for one in (tmp_path / "audit").iterdir()] == ["key"]


@pytest.mark.parametrize("is_made", [False, True])
def test_what_a_killed_process_had_drafted_goes_with_the_next_that_makes_the_key(tmp_path, is_made):
    known = make_key(tmp_path / "key") if is_made else None
    (tmp_path / ".key.00ff00ff00ff00ff").write_text("ab" * 32 + "\n")
    made = make_key(tmp_path / "key")
    assert known in {None, made}
    assert made.hex() != "ab" * 32
    assert [one.name for one in tmp_path.iterdir()] == ["key"]


def test_of_several_that_make_a_key_at_once_all_get_the_same(tmp_path):
    with ThreadPoolExecutor(8) as pool:
        assert len(set(pool.map(lambda _: make_key(tmp_path / "key"), range(16)))) == 1


def test_a_missing_key_is_told(tmp_path):
    with pytest.raises(SettingsError, match=r"cannot be read: No such file.*Put it back from the backup"):
        read_key(tmp_path / "key")


@pytest.mark.parametrize("content", ["", "ab" * 31, "AB" * 32, "ab" * 32 + "\nab", "钥匙" * 32])
def test_what_is_no_key_is_told(tmp_path, content):
    (tmp_path / "key").write_text(content)
    (tmp_path / "key").chmod(0o600)
    with pytest.raises(SettingsError, match="holds no key of the audit log"):
        make_key(tmp_path / "key")


@pytest.mark.skipif(os.name != "posix", reason="rights are those of POSIX")
@pytest.mark.parametrize("mode", [0o640, 0o604, 0o620])
def test_a_key_that_is_open_to_others_is_not_used(tmp_path, mode):
    make_key(tmp_path / "key")
    (tmp_path / "key").chmod(mode)
    with pytest.raises(SettingsError, match=r"is open to others\. Close it: chmod 600"):
        read_key(tmp_path / "key")
