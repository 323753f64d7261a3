"""Signals: what each one is worth in synthetic worlds, beyond days past due and the pd alone.

Rows    the out-of-time test rows of benchmarks/worlds.py, judged by the default policy with the model's pd
Fires   per 1,000 rows; precision is the share that defaults within the model's horizon, lift that over the share of
        all rows; ± is one standard error
Beyond  the same among borrowers not a day past due with a grade better than yellow: who is in trouble by any signal,
        lift with a Wilson 90 % interval, the defaults caught, and those that no other signal catches
Adds    lift beyond of ADDS_FROM or more with the interval above 1 in one world, and not below 1 in another.
        Fewer than FEWEST defaults beyond in all worlds: too few to say
Left    movement and network signals need a batch to compare with, standing ones and several patterns at once are what
out     the grade says too, a stoppage needs a check: they are not measured here
"""

import json
import math
import sys
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import ibis
import numpy as np
import pyarrow as pa
from rich.console import Console
from rich.table import Table

from benchmarks.worlds import Flags, Modelled, Size, modelled, told_on_stderr
from ews.domain.facts import GIVEN_BORROWER_FACTS, NETWORK_BORROWER_FACTS
from ews.domain.patterns import NO_PATTERN
from ews.features.catalogue import FEATURES
from ews.policy.judge import grade_borrowers, judge_signals
from ews.policy.policy import Policy, load_policy
from ews.policy.rules import Signal
from ews.policy.vocabulary import vocabulary_of

ADDS_FROM, FEWEST = 1.3, 5
_Z90 = 1.6449
_GIVEN = {"stoppage": "none", "kind": "firm"}


def run(worlds: Sequence[str], size: Size, *, as_json: bool, page: Path | None) -> None:
    """Measure, print, and write the page of the docs if asked."""
    policy = load_policy(vocabulary=vocabulary_of(FEATURES))
    found: dict[str, Any] = {}
    for world in worlds:
        with tempfile.TemporaryDirectory() as directory:
            found[world] = measure(modelled(world, size, Path(directory)), policy)
    if page is not None:
        page.write_text(page_of(policy, found), encoding="utf-8")
    if as_json:
        sys.stdout.write(json.dumps(found, indent=2) + "\n")
    else:
        _show(policy, found)


def measured(policy: Policy) -> tuple[Signal, ...]:
    """Return the signals that a snapshot alone can fire."""
    asked = {fact.name for fact in NETWORK_BORROWER_FACTS} | {"stoppage"}
    return tuple(
        signal
        for signal in policy.signals
        if signal.pattern not in NO_PATTERN and asked.isdisjoint(signal.when.first[1].names)
    )


def measure(made: Modelled, policy: Policy) -> dict[str, Any]:
    """Return rows, defaults and the worth of each signal in one world."""
    tell = told_on_stderr(f"signals {made.world}")
    held, better = _held(made, policy)
    outcome = made.tested.outcome == 1
    beyond = made.current & better
    codes = [signal.code for signal in measured(policy)]
    tell(f"judged {len(outcome):,} rows")
    return {
        "rows": len(outcome),
        "defaults": int(outcome.sum()),
        "beyond_rows": int(beyond.sum()),
        "beyond_defaults": int(outcome[beyond].sum()),
        "signals": {code: worth(code, held, outcome, beyond) for code in codes},
    }


def worth(code: str, held: Mapping[str, Flags], outcome: Flags, beyond: Flags) -> dict[str, Any]:
    """Return the figures of one signal; null where nothing fired."""
    fired = held[code]
    others = np.zeros(len(outcome), dtype=bool)
    for name, rows in held.items():
        if name != code:
            others |= rows
    caught = fired & outcome & beyond
    base = float(outcome[beyond].mean()) if beyond.any() else 0.0
    low, high = wilson(int(caught.sum()), int((fired & beyond).sum()))
    share = _share(outcome, fired)
    return {
        "fires": 1000 * float(fired.mean()),
        "precision": share,
        "precision_se": None if share is None else math.sqrt(share * (1 - share) / int(fired.sum())),
        "lift": _over(share, float(outcome.mean())),
        "beyond_fires": int((fired & beyond).sum()),
        "beyond_lift": _over(_share(outcome, fired & beyond), base),
        "beyond_low": _over(low, base),
        "beyond_high": _over(high, base),
        "beyond_caught": int(caught.sum()),
        "beyond_alone": int((caught & ~others).sum()),
    }


def verdict(code: str, found: Mapping[str, Mapping[str, Any]]) -> str:
    """Return `adds`, `adds nothing`, `too few to say`, or `not measured`."""
    worths = [world["signals"][code] for world in found.values() if code in world["signals"]]
    if not worths:
        return "not measured"
    if sum(one["beyond_caught"] for one in worths) < FEWEST:
        return "too few to say"
    strong = any((one["beyond_lift"] or 0) >= ADDS_FROM and (one["beyond_low"] or 0) > 1 for one in worths)
    steady = all(one["beyond_lift"] is None or one["beyond_lift"] >= 1 for one in worths)
    return "adds" if strong and steady else "adds nothing"


def wilson(hits: int, of: int) -> tuple[float | None, float | None]:
    """Return the 90 % interval of a share (E. B. Wilson, 1927)."""
    if of == 0:
        return None, None
    share, square = hits / of, _Z90**2
    middle = (share + square / (2 * of)) / (1 + square / of)
    half = _Z90 * math.sqrt(share * (1 - share) / of + square / (4 * of**2)) / (1 + square / of)
    return middle - half, middle + half


def page_of(policy: Policy, found: Mapping[str, Mapping[str, Any]]) -> str:
    """Return docs/signals.md: every signal of `policy`, with what it is worth where it was measured."""
    lines = [
        "# Signals",
        "",
        "Generated by `python -m benchmarks signals --page docs/signals.md`; what the columns mean stands in",
        "`benchmarks/signals.py`. Conditions and sentences: `src/ews/policy/signals.toml`.",
        "",
        *(_about(world, one) for world, one in found.items()),
        *([] if found else ["No figures yet: the measurement has not been run on this policy.", ""]),
    ]
    for signal in policy.signals:
        lines += [
            f"## {signal.code}",
            "",
            f"{signal.level.value}, {signal.pattern}, element {signal.element}, {signal.owner}",
            "",
            f"`{signal.when.values[-1][1].text}`",
            "",
            f"{signal.source} ({signal.confidence})",
            "",
        ]
        told = [f"- {world}: {_figures(one['signals'][signal.code])}" for world, one in found.items()
                if signal.code in one["signals"]]  # fmt: skip
        lines += [*told, f"- {verdict(signal.code, found)}", ""] if told else []
    return "\n".join(lines)


def _about(world: str, one: Mapping[str, Any]) -> str:
    return (
        f"World {world}: {one['rows']:,} rows, {one['defaults']} defaults; beyond days past due and grade "
        f"{one['beyond_rows']:,} rows, {one['beyond_defaults']} defaults.\n"
    )


def _figures(one: Mapping[str, Any]) -> str:
    if one["precision"] is None:
        return "never fired"
    precision = f"{one['precision']:.1%} ± {one['precision_se']:.1%}"
    text = f"fires {one['fires']:.1f} ‰, precision {precision}, lift {one['lift']:.1f}"
    if one["beyond_lift"] is None:
        return f"{text}; never beyond"
    return (
        f"{text}; beyond: {one['beyond_fires']} rows, lift {one['beyond_lift']:.1f} "
        f"({one['beyond_low']:.1f} to {one['beyond_high']:.1f}), {one['beyond_caught']} defaults, "
        f"{one['beyond_alone']} by no other signal"
    )


def _held(made: Modelled, policy: Policy) -> tuple[dict[str, Flags], Flags]:
    """Return by code which test rows it fires for, and which rows have a grade better than yellow."""
    frame, on = made.tested.frame.reset_index(drop=True), made.tested.days[-1]
    columns = {name: pa.array(frame[name], pa.float64(), from_pandas=True) for name in frame}
    columns |= {
        "row": pa.array(range(len(frame))),
        "pd": pa.array(made.pd, pa.float64()),
        "dpd_max": pa.array(made.tested.keys["dpd"], pa.int64(), from_pandas=True),
    }
    rows = made.book.engine.create_table(ibis.util.gen_name("rows"), pa.table(columns), temp=True)
    facts = (*GIVEN_BORROWER_FACTS, *NETWORK_BORROWER_FACTS)
    nothing = {fact.name: ibis.null("int64") for fact in facts if fact.name not in columns}
    given = nothing | {name: ibis.literal(value) for name, value in _GIVEN.items()}
    given |= {"in_default": ibis.literal(value=False), "days_not_seen": ibis.literal(0, "int64")}
    table = rows.mutate(**given, tier_rank=ibis.literal(0, "int8"))
    judged = judge_signals(grade_borrowers(table, policy, on), policy, on)
    found = judged.select("row", "grade_rank", "signals").order_by("row").to_pyarrow()
    codes = found["signals"].to_pylist()
    held = {signal.code: np.array([signal.code in row for row in codes]) for signal in measured(policy)}
    return held, found["grade_rank"].to_numpy() < policy.value_on("yellow_from_grade", on)


def _share(outcome: Flags, among: Flags) -> float | None:
    return float(outcome[among].mean()) if among.any() else None


def _over(share: float | None, base: float) -> float | None:
    return None if share is None or base == 0 else share / base


def _show(policy: Policy, found: Mapping[str, Mapping[str, Any]]) -> None:
    shown = Table(title="\n".join(_about(world, one).strip() for world, one in found.items()), title_justify="left")
    for column in ("signal", "level", *found, "verdict"):
        shown.add_column(column)
    for signal in measured(policy):
        cells = [_figures(one["signals"][signal.code]) for one in found.values()]
        shown.add_row(signal.code, signal.level.value, *cells, verdict(signal.code, found))
    Console().print(shown)
