"""Training: the memory that a training takes whose rows lie on disk, over what its binned data take.

Binned       a byte per value of the rows and of their blind copies: what LightGBM's bins of the final fit hold, and the
             least a training on all rows can do with
Peak         of a process of its own, above what it had before there were data; `beside_bins` says what LightGBM keeps
             per row besides, whatever we do
Memory       hardly depends on rounds and folds, since one booster lives at a time: few of both are enough
Same model   at the least size the table is held as well: the model must be the very same, or nothing is told
Floor        bounds of bins are found on a sample of 200,000 rows, which takes some 700 MB before there are bins: small
             tables need more than they weigh
Extrapolated from the largest size on, by what LightGBM and we keep of a row; kept apart from what was measured
"""

import json
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from benchmarks.training.rows import NAMES, write
from ews.training.blinding import MOST_COPIES
from ews.training.work_folder import WorkFolder

SMALL = (20_000, 40_000)
BEYOND = (10_000_000, 30_000_000, 100_000_000)
RECIPE = {"folds": 2, "fold_repeats": 1, "max_rounds": 20}
BESIDE_BINS = {
    "labels and weights": 8,
    "scores": 8,
    "gradients": 8,
    "gradients in the order of a leaf": 8,
    "rows drawn for a tree": 8,
    "rows by leaf": 12,
}
"""Bytes per row that LightGBM 4.7 keeps column-wise: 48 to 53 were measured."""
OURS = 6
"""Bytes per row that we keep meanwhile: outcome, deal of the folds, which rows teach and test."""
LEAST = 500_000_000


def run(sizes: tuple[int, ...], *, as_json: bool) -> None:
    """Measure and print."""
    told = [_measured(rows, held=rows == sizes[0]) for rows in sizes]
    found = {
        "peak_vs_binned": told[-1]["peak_vs_binned"],
        "features": len(NAMES),
        "beside_bins_bytes_per_row": {**BESIDE_BINS, "all": sum(BESIDE_BINS.values())},
        "measured": told,
        "extrapolated": _extrapolated(told[-1]),
    }
    if as_json:
        sys.stdout.write(json.dumps(found, indent=2) + "\n")
        return
    table = Table("rows", "binned MB", "peak MB", "peak / binned", "seconds")
    for one in told:
        sizes_told = (f"{one['binned_bytes'] / 1e6:,.0f}", f"{one['peak_bytes'] / 1e6:,.0f}")
        table.add_row(f"{one['rows']:,}", *sizes_told, f"{one['peak_vs_binned']:.2f}", f"{one['seconds']:,.0f}")
    Console().print(table)
    Console().print({"held beside stored": told[0]["held"], "extrapolated": found["extrapolated"]})


def _measured(rows: int, *, held: bool) -> dict[str, Any]:
    with tempfile.TemporaryDirectory() as parent:
        folder = WorkFolder(Path(parent))
        write(folder, rows)
        stored = _trained(folder.path, "stored")
        beside = _trained(folder.path, "held") if held else None
    if beside is not None and beside["model"] != stored["model"]:
        message = f"The model of {rows:,} stored rows is another than that of the same rows held."
        raise ValueError(message)
    binned = binned_bytes(rows)
    told = {"rows": rows, "binned_bytes": binned, "peak_bytes": stored["peak_bytes"], "seconds": stored["seconds"]}
    told["peak_vs_binned"] = stored["peak_bytes"] / binned
    if beside is not None:
        told["held"] = {
            "peak_vs_binned": beside["peak_bytes"] / binned,
            "seconds": beside["seconds"],
            "stored_time_vs_held": stored["seconds"] / beside["seconds"],
        }
    return told


def _trained(folder: Path, way: str) -> dict[str, Any]:
    command = [sys.executable, "-m", "benchmarks.training.measured", str(folder), way, json.dumps(RECIPE)]
    done = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True)  # noqa: S603 - our own module
    found: dict[str, Any] = json.loads(done.stdout)
    print(f"{way}: {found}", file=sys.stderr, flush=True)
    return found


def binned_bytes(rows: int) -> int:
    """Return a byte for each value of the rows and their blind copies."""
    return (rows + min(rows, MOST_COPIES)) * len(NAMES)


def _extrapolated(largest: dict[str, Any]) -> list[dict[str, float]]:
    """Return what more rows would take; nothing where the largest table hardly weighs more than the sample."""
    if largest["binned_bytes"] < LEAST:
        return []
    per_row = len(NAMES) + sum(BESIDE_BINS.values()) + OURS
    grown = ((rows, largest["peak_bytes"] + per_row * (rows - largest["rows"])) for rows in BEYOND)
    return [
        {"rows": rows, "bytes_per_row": per_row, "peak_bytes": peak, "peak_vs_binned": peak / binned_bytes(rows)}
        for rows, peak in grown
        if rows > largest["rows"]
    ]
