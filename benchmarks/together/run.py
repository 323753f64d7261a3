"""Together: every measurement of a suite in a process of its own, one after the other, into one JSON file.

Fails   a measurement that ends with an error is told with its last words, the others go on, and the command fails
"""

import json
import os
import platform
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from benchmarks.small_home import make_small_home
from benchmarks.together.page import page_of
from benchmarks.together.parts import HOME, Part, Suite

_LONGEST_SMALL, _LONGEST_FULL = 600.0, 6 * 3600.0
_WORDS = 600
"""Last characters that a failed measurement said."""


def run(
    suite: Suite, names: Sequence[str], home: Path, out: Path, page: Path | None, *, full: bool, as_json: bool
) -> None:
    """Measure the parts of `names` (all where there are none), write `out` and, where asked for, the page."""
    chosen = [part for part in suite.parts if not names or part.name in names]
    began, found = time.perf_counter(), {}
    with _served(home, needed=any(HOME in part.small for part in chosen)) as served:
        for part in chosen:
            _tell(f"{part.name} …")
            found[part.name] = _measured(part, served, full=full)
            _tell(f"{part.name} {found[part.name]['took_seconds']:.0f} s")
    told = {
        "date": date.today().isoformat(),
        "sizes": "full" if full else "small",
        "machine": machine(),
        "took_seconds": round(time.perf_counter() - began),
        "parts": found,
    }
    out.parent.mkdir(parents=True, exist_ok=True)
    out.write_text(json.dumps(told, indent=2) + "\n", encoding="utf-8")
    if page is not None:
        page.write_text(page_of(suite, told), encoding="utf-8")
    if as_json:
        sys.stdout.write(json.dumps(told, indent=2) + "\n")
    else:
        _show(suite, found, out)
    if any("failed" in one for one in found.values()):
        sys.exit(1)


def machine() -> dict[str, Any]:
    """Return what the figures depend on: processor, cores that may be used, memory, versions."""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") if hasattr(os, "sysconf") else 0
    return {
        "processor": _processor(),
        "cores": cores,
        "memory_gib": round(memory / 2**30, 1),
        "system": platform.system(),
        "python": platform.python_version(),
    }


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        return platform.processor() or platform.machine()
    return next((line.split(":", 1)[1].strip() for line in lines if line.startswith("model name")), platform.machine())


def _measured(part: Part, home: Path | None, *, full: bool) -> dict[str, Any]:
    words = [str(home) if word == HOME else word for word in (part.full if full else part.small)]
    began, longest = time.perf_counter(), _LONGEST_FULL if full else _LONGEST_SMALL
    command = [sys.executable, "-m", "benchmarks", part.name, *words, "--json"]
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=longest, check=False)  # noqa: S603 - ours
    except subprocess.TimeoutExpired:
        failed: str | None = f"It took longer than {longest:.0f} s."
    else:
        failed = done.stderr[-_WORDS:] or "It failed without a word." if done.returncode else None
    # no folder of this machine in what is kept
    shown = ["{home}" if word == HOME else word for word in (part.full if full else part.small)]
    told: dict[str, Any] = {
        "command": " ".join(["python -m benchmarks", part.name, *shown, "--json"]),
        "took_seconds": round(time.perf_counter() - began, 1),
    }
    return {**told, "failed": failed} if failed is not None else {**told, "told": json.loads(done.stdout)}


@contextmanager
def _served(home: Path, *, needed: bool) -> Iterator[Path | None]:
    """Give a scored home: the one that there is, or a small one that is made for this run."""
    if not needed or (home / "ews.db").is_file():
        yield home if needed else None
        return
    with tempfile.TemporaryDirectory() as folder:
        _tell("a small scored home …")
        made = Path(folder) / "home"
        make_small_home(Path(folder) / "book", made)
        yield made


def _show(suite: Suite, found: Mapping[str, Mapping[str, Any]], out: Path) -> None:
    table = Table(title=suite.title)
    for name in ("", "figure", "asked", ""):
        table.add_column(name)
    for part in (part for part in suite.parts if part.name in found):
        one = found[part.name]
        if "failed" in one:
            table.add_row(part.name, "failed", "", one["failed"].strip().splitlines()[-1])
            continue
        for goal in part.goals:
            value = goal.found(one["told"])
            met = goal.is_met(value)
            said = "—" if value is None else f"{value:,.4g}" if isinstance(value, float) else f"{value:,}"
            table.add_row(f"{part.name} {goal.path}", said, goal.limit, "" if met is None else "✓" if met else "missed")
    console = Console()
    console.print(table)
    console.print(f"Written to {out}")


def _tell(words: str) -> None:
    sys.stderr.write(f"{words}\n")
    sys.stderr.flush()
