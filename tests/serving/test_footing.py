import os
from dataclasses import replace

import pytest

from ews.serving.footing import Footing, check_audit, check_disk, disk_of
from ews.store.audit_key import make_key
from ews.store.audit_log import KEY, open_log

TINY, HUGE = 1, 10**12
"""MiB."""


@pytest.fixture
def footing(tmp_path):
    folder = tmp_path / "audit"
    folder.mkdir()
    return Footing(tmp_path, folder, folder / KEY, TINY)


@pytest.fixture
def standing(client_of, services, desk, footing):
    """Give a function that asks a service with a key of its own, on a footing changed as said, whether it is ready."""
    key = make_key(footing.key_file)

    def ask(**changed):
        own = replace(services, desk=replace(desk, audit_key=key))
        return client_of(own, footing=replace(footing, **changed)).get("/readyz")

    return ask


def faults(response):
    assert response.status_code == 503, response.text
    return [(one["field"], one["message"]) for one in response.json()["errors"]]


def test_a_sound_footing_is_told_with_the_rest(standing):
    found = standing().json()
    assert found["status"] == "ready"
    assert [one["name"] for one in found["checks"]] == ["store", "schema", "batch", "model", "audit", "disk"]
    assert found["checks"][4]["detail"] == "can be continued"


@pytest.mark.parametrize("broken", ["missing", "open to others", "no key"])
def test_without_its_key_the_service_is_not_ready(standing, footing, broken, tmp_path):
    if broken == "missing":
        footing.key_file.unlink()
    elif broken == "open to others":
        footing.key_file.chmod(0o644)
    else:
        footing.key_file.write_text("secret")
    ((name, message),) = faults(standing())
    assert (name, message.partition(".")[0]) == (
        "audit",
        "The key of the audit log is missing, open to others, or no key",
    )
    assert str(tmp_path) not in message


def test_another_key_is_told(standing, footing):
    footing.key_file.unlink()
    make_key(footing.key_file)
    ((name, message),) = faults(standing())
    assert (name, message.startswith("The key of the audit log is not the one")) == ("audit", True)


def test_a_log_of_another_key_is_told(store, footing):
    open_log(store, footing.audit)
    assert check_audit(footing, store, bytes.fromhex(footing.key_file.read_text().strip())) == "can be continued"
    footing.key_file.unlink()
    other = make_key(footing.key_file)
    with pytest.raises(Exception, match="not the one that its newest entry was written with"):
        check_audit(footing, store, other)


def test_without_the_folder_of_the_witness_the_service_is_not_ready(standing, footing, tmp_path):
    key_file = footing.key_file.rename(tmp_path / "key")
    footing.audit.rename(tmp_path / "elsewhere")
    ((name, message),) = faults(standing(key_file=key_file))
    assert (name, message.partition(".")[0]) == ("audit", "The witness of the audit log cannot be written")


def test_a_disk_that_is_nearly_full_is_told(standing):
    ((name, message),) = faults(standing(least_free_mib=HUGE))
    assert name == "disk"
    assert message.endswith(f"less than {HUGE} MiB. Make room, or set EWS_LEAST_FREE_MIB lower.")


def test_a_home_that_is_gone_is_told(standing, tmp_path):
    ((name, message),) = faults(standing(home=tmp_path / "gone"))
    assert (name, message.partition(":")[0]) == ("disk", "The home of the service cannot be read")


def test_the_disk_is_that_of_the_home(footing):
    found, disk = disk_of(footing), os.statvfs(footing.home)
    assert found.size == disk.f_blocks * disk.f_frsize
    assert 0 < found.free <= found.size
    assert check_disk(footing).endswith(" MiB free")
