"""Accuracy: the product's own way (import, features, recipe) beside plain ways, on the same rows.

Real data in the same folds, and synthetic worlds whose true pd is known.
"""

import json
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from benchmarks.accuracy import credit_record, sme, synthetic, taiwan
from benchmarks.worlds import Size, told_on_stderr

SETS = {"taiwan": taiwan.measure, "credit_record": credit_record.measure, "sme": sme.measure}
SYNTHETIC = "synthetic"
NAMES = (*SETS, SYNTHETIC)


def run(data: Path, *, only: Sequence[str], worlds: Sequence[str], size: Size, as_json: bool) -> None:
    """Measure the data sets asked for and print what was found."""
    result: dict[str, Any] = {}
    with tempfile.TemporaryDirectory() as directory:
        for name in only or NAMES:
            tell = told_on_stderr(name)
            if name == SYNTHETIC:
                result[name] = synthetic.measure(Path(directory), worlds=worlds, size=size)
            else:
                result[name] = SETS[name](data, Path(directory))
            tell("measured")
    if as_json:
        sys.stdout.write(json.dumps(result, indent=2) + "\n")
    else:
        for name, found in result.items():
            for world, part in found.items() if name == SYNTHETIC else (("", found),):
                _show(f"{name} {world}".strip(), part)


def _show(name: str, found: dict[str, Any]) -> None:
    measures = [key for key, value in found.items() if isinstance(value, float)]
    shown = Table(title=name, title_justify="left")
    for column in ("", *measures):
        shown.add_column(column, justify="right" if column else "left")
    shown.add_row("ews", *(f"{found[key]:.4f}" for key in measures))
    for peer, figures in found["peers"].items():
        shown.add_row(peer, *(f"{figures[key]:.4f}" if key in figures else "" for key in measures))
        paired = figures.get("ews_minus_peer", {})
        cells = (
            f"{paired[key]['difference']:+.4f} ± {paired[key]['standard_error']:.4f}" if key in paired else ""
            for key in measures
        )
        if paired:
            shown.add_row("  ews minus it (± 1 s.e.)", *cells, style="dim")
    Console().print(shown)
