"""One training in a process of its own: `python -m benchmarks.training.measured FOLDER held|stored RECIPE`.

Peak  the most that was resident while the model was fitted, less what was before there was any data (VmHWM, set back
      when the imports are done): bins, labels, scores, what is read, and whatever else lies about
"""

import hashlib
import json
import sys
import time
from pathlib import Path
from typing import Any

from benchmarks.training.rows import NAMES
from ews.features.catalogue import FEATURES, VERSION
from ews.training.fit import fit
from ews.training.recipe import resolve_recipe
from ews.training.stored import Parts, Stored
from ews.training.table import TrainingTable, stored_table

_KIB = 1024


def measured(folder: Path, way: str, recipe: dict[str, Any]) -> dict[str, Any]:
    """Return what the training took and a hash of the model."""
    _warm()
    base = _resident("VmRSS")
    Path("/proc/self/clear_refs").write_text("5")  # the peak counts from here
    started = time.perf_counter()
    table = stored_table(FEATURES, VERSION, Stored(Parts(folder, NAMES), slice(None)))
    if way == "held":
        table = TrainingTable(FEATURES, VERSION, table.keys, table.matrix)
    found = fit(table, resolve_recipe(recipe), _told)
    text = f"{found.booster}{found.slope}{found.intercept}{found.curve}"
    return {
        "seconds": time.perf_counter() - started,
        "peak_bytes": _resident("VmHWM") - base,
        "base_bytes": base,
        "rounds": found.rounds,
        "model": hashlib.sha256(text.encode()).hexdigest(),
    }


def _warm() -> None:
    """Have everything loaded that loads itself when it is first needed."""
    import lightgbm  # noqa: PLC0415, F401 - likewise
    import scipy.optimize  # noqa: PLC0415, F401 - likewise


def _told(step: str, done: int, total: int) -> None:
    peak = _resident("VmHWM") / _KIB**2
    print(f"{time.strftime('%H:%M:%S')} {step} {done}/{total}: {peak:,.0f} MiB at most", file=sys.stderr, flush=True)


def _resident(name: str) -> int:
    """Return bytes by the kernel's own account."""
    status = dict(line.split(":", 1) for line in Path("/proc/self/status").read_text().splitlines())
    return int(status[name].split()[0]) * _KIB


if __name__ == "__main__":
    sys.stdout.write(json.dumps(measured(Path(sys.argv[1]), sys.argv[2], json.loads(sys.argv[3]))))
