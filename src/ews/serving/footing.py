"""Footing: what the service stands on beside the store: the disk of its home, key and witness of the audit log.

Messages name no path of the machine: `/readyz` tells them to whoever asks.
"""

import os
import shutil
from dataclasses import dataclass
from pathlib import Path

from ews.domain.errors import EwsError, SettingsError
from ews.store.audit_key import read_key
from ews.store.engine import Store
from ews.store.upkeep import head_is_of_key

MIB = 1024 * 1024


class NotReadyError(EwsError):
    code = "not-ready"


@dataclass(frozen=True, slots=True)
class Footing:
    """`audit` is the folder of the witness, `key_file` where the key lies; `least_free_mib` of the disk of `home`."""

    home: Path
    audit: Path
    key_file: Path
    least_free_mib: int


@dataclass(frozen=True, slots=True)
class Disk:
    """Bytes of the disk, and those of them that the service may still take."""

    size: int
    free: int


def disk_of(footing: Footing) -> Disk:
    """Return the disk of the home; OSError where the home is gone."""
    found = shutil.disk_usage(footing.home)
    return Disk(found.total, found.free)


def check_disk(footing: Footing) -> str:
    """Tell how much room is left; NotReadyError where that is less than is asked for."""
    try:
        free = disk_of(footing).free // MIB
    except OSError as error:
        message = f"The home of the service cannot be read: {error.strerror}. Mount it again, or restore it."
        raise NotReadyError(message) from None
    if free < footing.least_free_mib:
        message = (
            f"The disk of the home has {free} MiB left, less than {footing.least_free_mib} MiB. Make room, or set "
            "EWS_LEAST_FREE_MIB lower."
        )
        raise NotReadyError(message)
    return f"{free} MiB free"


def check_audit(footing: Footing, store: Store, key: bytes) -> str:
    """Tell that the log can be continued with its own key and be witnessed; NotReadyError where it cannot."""
    try:
        found = read_key(footing.key_file)
    except SettingsError:
        message = (
            "The key of the audit log is missing, open to others, or no key. Put it back from the backup, for its "
            "owner only (chmod 600)."
        )
        raise NotReadyError(message) from None
    if found != key or not head_is_of_key(store, found):
        message = (
            "The key of the audit log is not the one that its newest entry was written with. Put the right one back "
            "and start the service anew; see 'ews audit verify'."
        )
        raise NotReadyError(message)
    if not os.access(footing.audit, os.W_OK | os.X_OK):
        message = "The witness of the audit log cannot be written. Put its folder back, writable for the service."
        raise NotReadyError(message)
    return "can be continued"
