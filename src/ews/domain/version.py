"""The version of the program, exact to the byte."""

import hashlib
from functools import cache
from pathlib import Path

import ews


@cache
def code_version() -> str:
    """Return the version of the package with a digest of its source, so that changed code makes a new batch."""
    root = Path(ews.__file__).parent
    digest = hashlib.sha256()
    for path in sorted(
        (*root.rglob("*.py"), *root.rglob("*.toml")), key=lambda path: path.relative_to(root).as_posix()
    ):
        digest.update(path.relative_to(root).as_posix().encode())
        digest.update(path.read_bytes())
    return f"{ews.__version__}+{digest.hexdigest()[:12]}"
