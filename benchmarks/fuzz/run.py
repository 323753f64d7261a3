"""Fuzzing: the whole OpenAPI asked as each role, with all checks; any error, slip or long answer is a fault."""

import json
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from benchmarks.fuzz.engine import Wanted, ask
from benchmarks.fuzz.home import Home, prepared
from benchmarks.fuzz.service import Service, serving
from benchmarks.fuzz.tally import Tally

_MOST_ROUNDS = 20


SMALL = Wanted(300, 2, ("officer",), "overrides")


def run(home: Path, wanted: Wanted, *, seed: int, as_json: bool) -> None:
    """Ask until each role has made its share of requests, print what came of it, and fail where it was not sound."""
    began, by_role = time.perf_counter(), {}
    with prepared(home) as made, serving(made) as service:
        _tell(f"warm after {service.warm(made):.0f} s")
        for role in wanted.roles:
            by_role[role] = _asked(service, made, role, wanted, seed)
    told = told_of(by_role, seed, time.perf_counter() - began)
    if as_json:
        sys.stdout.write(json.dumps(told, indent=2, ensure_ascii=False) + "\n")
    else:
        _show(told)
    if not is_sound(told):
        sys.exit(1)


def told_of(by_role: Mapping[str, Tally], seed: int, seconds: float) -> dict[str, Any]:
    """Return the figures of all roles together, and by role and check."""
    whole = Tally()
    for one in by_role.values():
        whole.add(one)
    return {
        **whole.as_dict(),
        "seed": seed,
        "took_seconds": round(seconds),
        "roles": {role: one.as_dict() for role, one in by_role.items()},
        "checks": whole.by_check(),
        "faults": whole.told_faults(),
        "slow_requests": whole.slow[:40],
        "errors": whole.errors[:40],
    }


def is_sound(told: Mapping[str, Any]) -> bool:
    """Tell whether nothing failed: no error of the server or of a check, no long answer, nothing left unasked."""
    return not any(told[name] for name in ("server_errors", "nonconforming", "slow", "errors"))


def _asked(service: Service, home: Home, role: str, wanted: Wanted, seed: int) -> Tally:
    """Ask as a role until it has made its share of requests, each round from another seed."""
    tally, share = Tally(), wanted.requests // len(wanted.roles)
    for round_ in range(_MOST_ROUNDS):
        began = time.perf_counter()
        tally.add(ask(service, service.credentials(home, role), role, seed + round_, wanted))
        _tell(f"{role}: {tally.requests:,} requests, {tally.nonconforming} faults, {time.perf_counter() - began:.0f} s")
        for check, operation, title in tally.faults:
            _tell(f"  {check} {operation}: {title}")
        if tally.requests >= share:
            break
    return tally


def _show(told: Mapping[str, Any]) -> None:
    table = Table(title=f"Fuzzing, seed {told['seed']}")
    names = ("requests", "server_errors", "nonconforming", "slow", "slowest_seconds", "refused_by_rule")
    for name in ("as", *names):
        table.add_column(name.replace("_", " "))
    for role, one in (*told["roles"].items(), ("all", told)):
        table.add_row(role, *(f"{one[name]:,}" for name in names))
    console = Console()
    console.print(table)
    for fault in told["faults"]:
        console.print(f"{fault['times']}× {fault['check']} {fault['operation']}: {fault['title']}\n{fault['message']}")
        console.print(f"{fault['request']}\n", markup=False)
    for line in (*told["slow_requests"], *told["errors"]):
        console.print(line, markup=False)


def _tell(words: str) -> None:
    sys.stderr.write(f"{words}\n")
    sys.stderr.flush()
