import re
import subprocess
import sys
from importlib import metadata
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from deploy.locks import read_lock, to_run

ROOT = Path(__file__).parents[2]
LOCK = ROOT / "requirements.lock"


def needed(name: str, extras: frozenset[str] = frozenset()) -> set[str]:
    """Return what an installed package needs on this machine, as its own metadata says."""
    found: set[str] = set()
    left = [(name, extras)]
    while left:
        one, wanted = left.pop()
        for text in metadata.requires(one) or ():
            asked = Requirement(text)
            holds = asked.marker is None or any(asked.marker.evaluate({"extra": extra}) for extra in {"", *wanted})
            other = canonicalize_name(asked.name)
            if holds and other not in found:
                found.add(other)
                left.append((other, frozenset(asked.extras)))
    return found


def test_what_runs_is_what_the_installed_packages_say_they_need():
    here = {one.name for one in to_run(read_lock(LOCK)) if one.applies_here}
    assert needed("ews") - here == set()
    assert {"pytest", "mypy", "playwright", "hypothesis"} & here == set()
    for name in sorted(here):
        assert metadata.version(name)


def test_a_part_of_the_lock_keeps_versions_markers_and_hashes():
    told = subprocess.run(
        [sys.executable, "-m", "deploy.locks", str(LOCK)], check=True, capture_output=True, text=True, cwd=ROOT
    ).stdout
    lines = set(LOCK.read_text("utf-8").splitlines())
    assert set(told.splitlines()) <= lines
    assert len(re.findall("--hash=", told)) > 500
    assert "\npytest==" not in told


@pytest.mark.parametrize(
    ("text", "name", "marker", "wanted_by"),
    [
        ("a==1.0 \\\n    --hash=sha256:ab\n    # via b\n", "a", None, ("b",)),
        (
            "A_x==1.0 ; os_name == 'nt' \\\n    --hash=sha256:ab\n    # via\n    #   ews (pyproject.toml)\n    #   b\n",
            "a-x",
            "os_name == 'nt'",
            ("ews (pyproject.toml)", "b"),
        ),
    ],
)
def test_an_entry_of_a_lock_is_read(tmp_path, text, name, marker, wanted_by):
    (tmp_path / "lock").write_text(text)
    (one,) = read_lock(tmp_path / "lock")
    assert (one.name, one.version, one.marker, one.hashes, one.wanted_by) == (name, "1.0", marker, ("ab",), wanted_by)
    assert one.text == text


def test_a_line_that_is_of_no_lock_is_refused(tmp_path):
    (tmp_path / "lock").write_text("numpy>=2\n")
    with pytest.raises(ValueError, match="'numpy>=2' is no line of a lock"):
        read_lock(tmp_path / "lock")
