"""Earliness: how long before first arrears the whole system warned of exposure that went into default.

Worlds   see world.py; each default of a year, out of time, beside other systems on the same borrowers
Real     see real.py
JSON     of each world exposure_flagged_90d_early, beyond_rules_alone, precision_red, median_lead_days, then every other
         figure by its name in validation/earliness/figures.py, intervals, other systems and failures
"""

import json
import sys
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from benchmarks.earliness import real
from benchmarks.earliness.failures import failures
from benchmarks.earliness.world import Lived, compared, live
from benchmarks.worlds import Size, told_on_stderr
from ews.features.catalogue import FEATURES
from ews.policy.policy import load_policy
from ews.policy.vocabulary import vocabulary_of
from ews.validation.earliness.figures import HEADLINE
from ews.validation.earliness.measure import BEYOND, Earliness
from ews.validation.earliness.results import RULES_ALONE
from ews.validation.estimates import REPLICATES, Estimate

REAL = "credit_record"
NAMES = {HEADLINE: "exposure_flagged_90d_early"}
SHOWN = (*BEYOND, "precision_red", "precision_list_0dpd", "median_lead_days", "flaps_per_year")


def run(worlds: Sequence[str], size: Size, data: Path | None, *, as_json: bool, replicates: int = REPLICATES) -> None:
    """Measure the worlds and, where `data` are given, credit_record; print what was found."""
    policy = load_policy(vocabulary=vocabulary_of(FEATURES))
    found: dict[str, Any] = {}
    for world in worlds:
        with tempfile.TemporaryDirectory() as directory:
            lived = live(world, size, Path(directory), policy)
        found[world] = told(lived, compared(lived, replicates=replicates))
    if data is not None:
        tell = told_on_stderr(REAL)
        with tempfile.TemporaryDirectory() as directory:
            found[REAL] = real.measure(data, Path(directory), replicates=replicates)
        tell("measured")
    if as_json:
        sys.stdout.write(json.dumps(found, indent=2) + "\n")
    else:
        _show(found)


def told(lived: Lived, found: Earliness) -> dict[str, Any]:
    """Return everything found in one world; figures first, each interval under the same name."""
    own = {NAMES.get(name, name): one for name, one in found.found.items()}
    beyond = found.beyond[RULES_ALONE]
    own |= {"beyond_rules_alone": beyond[HEADLINE]}
    first = ("exposure_flagged_90d_early", "beyond_rules_alone", "precision_red", "median_lead_days")
    history = lived.history
    return {
        **{name: own[name].value for name in first},
        **{name: one.value for name, one in own.items() if name not in first},
        "intervals": {name: [one.low, one.high] for name, one in own.items()},
        "beyond": {
            name: {NAMES.get(figure, figure): _whole(one) for figure, one in of.items()}
            for name, of in found.beyond.items()
        },
        "others": {
            name: {NAMES.get(figure, figure): of[figure].value for figure in SHOWN} for name, of in found.others.items()
        },
        "defaults": len(found.heard.defaults),
        "defaults_with_open_warnings": len(found.heard.with_open),
        "borrowers": len(history.circles),
        "circles": len(set(history.circles)),
        "batches": [str(day) for day in history.batches],
        **failures(lived, found),
    }


def _whole(one: Estimate) -> dict[str, float | None]:
    return {"value": one.value, "low": one.low, "high": one.high}


def _show(found: Mapping[str, Mapping[str, Any]]) -> None:
    console = Console()
    for world, one in found.items():
        if world == REAL:
            console.print(_of_real(one))
        else:
            console.print(_of_world(world, one), _of_fates(one["by_cause"]))


def _of_world(world: str, one: Mapping[str, Any]) -> Table:
    shown = Table(title=f"world {world}: {one['defaults']} defaults", title_justify="left")
    for column in ("", *(NAMES.get(name, name) for name in SHOWN)):
        shown.add_column(column)
    systems = {"ews": one, **one["others"]}
    for system, of in systems.items():
        shown.add_row(system, *(_cell(of[NAMES.get(name, name)]) for name in SHOWN))
    ends = (one["intervals"][NAMES.get(name, name)] for name in SHOWN)
    shown.add_row("ews, 95 %", *(f"{_cell(low)} to {_cell(high)}" for low, high in ends), style="dim")
    beyond, (low, high) = one["beyond_rules_alone"], one["intervals"]["beyond_rules_alone"]
    shown.caption = f"beyond rules alone {_cell(beyond)} ({_cell(low)} to {_cell(high)})"
    return shown


def _of_fates(causes: Mapping[str, Mapping[str, int]]) -> Table:
    shown = Table(title="defaults by cause and fate", title_justify="left")
    for column in ("cause", *next(iter(causes.values()), {})):
        shown.add_column(column)
    for cause, counts in causes.items():
        shown.add_row(cause, *map(str, counts.values()))
    return shown


def _of_real(one: Mapping[str, Any]) -> Table:
    shown = Table(title=REAL, title_justify="left")
    for column in ("", "value", "95 %"):
        shown.add_column(column)
    for name, (low, high) in one["intervals"].items():
        shown.add_row(name, _cell(one[name]), f"{_cell(low)} to {_cell(high)}")
    return shown


def _cell(value: float | None) -> str:
    return "–" if value is None else f"{value:.3f}" if abs(value) < 10 else f"{value:.0f}"
