"""Audit key: what the audit log is chained by; it lies outside the database, so that who can write there cannot forge.

File    64 hexadecimal digits (256 bit), readable by its owner only; made at first use
Lost    without it the log can neither be checked nor continued: keep a copy with the backups, apart from the database
"""

import contextlib
import os
import re
import secrets
import stat
from pathlib import Path

from ews.domain.errors import SettingsError

BYTES = 32
_CONTENT = re.compile(rf"[0-9a-f]{{{2 * BYTES}}}")
_OTHERS = stat.S_IRWXG | stat.S_IRWXO


def read_key(path: Path) -> bytes:
    """Return the key in the file; SettingsError where there is none, others may read it, or it is no key."""
    try:
        content = path.read_text(encoding="ascii", errors="replace").strip()
        mode = path.stat().st_mode
    except OSError as error:
        message = (
            f"The key of the audit log '{path}' cannot be read: {error.strerror}. Put it back from the backup; "
            "without it the log can neither be checked nor continued."
        )
        raise SettingsError(message) from None
    if os.name == "posix" and mode & _OTHERS:
        message = f"The key of the audit log '{path}' is open to others. Close it: chmod 600 '{path}'."
        raise SettingsError(message)
    if not _CONTENT.fullmatch(content):
        message = f"'{path}' holds no key of the audit log (64 hexadecimal digits). Put it back from the backup."
        raise SettingsError(message)
    return bytes.fromhex(content)


def make_key(path: Path) -> bytes:
    """Make a key where there is none yet; of several processes at once all get the same.

    What a killed one had drafted is removed.
    """
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    for left in path.parent.glob(f".{path.name}.*"):
        left.unlink(missing_ok=True)
    while not path.is_file():
        draft = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
        descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        try:
            with os.fdopen(descriptor, "w") as file:
                file.write(secrets.token_hex(BYTES) + "\n")
                file.flush()
                os.fsync(file.fileno())
            # Another process was faster: its key counts. Or it took the draft for one left behind: once more.
            with contextlib.suppress(FileExistsError, FileNotFoundError):
                os.link(draft, path)
        finally:
            draft.unlink(missing_ok=True)
    return read_key(path)
