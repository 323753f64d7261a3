"""Locks: what requirements.lock says: which packages, with which hashes, and what of it the product needs to run.

`python -m deploy.locks requirements.lock` prints the part of a lock that an installation needs, without what tests,
checks and benchmarks use; the hashes stay.
"""

import re
import sys
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from packaging.markers import Marker
from packaging.utils import canonicalize_name

PRODUCT = "ews (pyproject.toml)"
_FIRST = re.compile(r"^(?P<name>[A-Za-z0-9._-]+)(?:\[[^\]]*\])?==(?P<version>[^ ;\\]+)(?: ; (?P<marker>.*?))?(?: \\)?$")
_HASH = re.compile(r"--hash=(?P<algorithm>\w+):(?P<digest>[0-9a-f]+)")
_VIA = re.compile(r"^ {4}# (?:via)? *(?P<who>\S.*)?$")


@dataclass(frozen=True, slots=True)
class Locked:
    """A package of a lock; `hashes` are the SHA-256 of its files, `wanted_by` who asks for it, `text` its lines."""

    name: str
    version: str
    marker: str | None
    hashes: tuple[str, ...]
    wanted_by: tuple[str, ...]
    text: str

    @property
    def applies_here(self) -> bool:
        return self.marker is None or Marker(self.marker).evaluate()


def read_lock(path: Path) -> tuple[Locked, ...]:
    """Return the packages of a lock in its order; ValueError for a line that is none of a lock."""
    parts: list[list[str]] = []
    for line in path.read_text(encoding="utf-8").splitlines():
        if line.startswith(" ") and parts:
            parts[-1].append(line)
        elif line and not line.startswith("#"):
            parts.append([line])
    return tuple(_locked(part) for part in parts)


def to_run(packages: Iterable[Locked], product: str = PRODUCT) -> tuple[Locked, ...]:
    """Return the packages that the product needs, directly or through others."""
    all_of, wanted = tuple(packages), {product}
    while True:
        found = {one.name for one in all_of if wanted & set(one.wanted_by)}
        if found <= wanted:
            return tuple(one for one in all_of if one.name in wanted)
        wanted |= found


def _locked(lines: list[str]) -> Locked:
    first = _FIRST.match(lines[0])
    if first is None:
        message = f"'{lines[0]}' is no line of a lock. Make the lock anew: make lock."
        raise ValueError(message)
    told = (match["who"] for match in map(_VIA.match, lines[1:]) if match)
    return Locked(
        name=canonicalize_name(first["name"]),
        version=first["version"],
        marker=first["marker"],
        hashes=tuple(match["digest"] for line in lines for match in _HASH.finditer(line)),
        wanted_by=tuple(who for who in told if who),
        text="\n".join(lines) + "\n",
    )


if __name__ == "__main__":
    sys.stdout.write("".join(one.text for one in to_run(read_lock(Path(sys.argv[1])))))
