"""The page of the signals: who reads it decides which signals a bank should have, so the figures come first.

Reads   what benchmarks/signals.py and benchmarks/flapping.py measured, kept as JSON beside this module
"""

import json
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from benchmarks import flapping
from benchmarks.left_out import LeftOut, read_left_out
from benchmarks.signals import condition_of, measure, verdict, why_never_beyond, why_not_measured
from benchmarks.watch import watch
from benchmarks.worlds import Size
from ews.domain.patterns import Pattern
from ews.features.catalogue import FEATURES
from ews.policy.policy import Policy, load_policy
from ews.policy.rules import Signal
from ews.policy.vocabulary import vocabulary_of

Found = Mapping[str, Mapping[str, Any]]

PLAIN = "_PLAIN"
"""Ends the code of a signal as it was before a second condition named the innocent."""
SAVED = Path(__file__).parent / "signals.json"
"""The figures of the page, by world."""

HEAD = """\
# Signals

What each signal of the default policy is worth in the two synthetic worlds, and what was tried and left out.
Written by `python -m benchmarks signals --page docs/signals.md`, with the figures in `benchmarks/signals.json`;
conditions and sentences stand in `src/ews/policy/signals.toml`.

- *fires*: of 1,000 looks at a borrower who is not in default, how many find the signal's condition true that day
- *precision*: the share of those who default within the model's horizon, ± one standard error; *lift*: how many times
  the share of all
- *beyond*: the same lift among those who are not a day past due and have a grade better than yellow, where days past
  due and the pd raise no warning; in brackets the interval that holds 90 % (whole borrowers drawn anew 200 times)
- *caught*: borrowers who default and for whom the signal fired beyond; *alone*: those for whom no other signal did
- *adds*: lift beyond of 1.3 or more with its interval above 1 in one world, and not below 1 in the other; *too few to
  say*: fewer than 5 borrowers caught in both worlds together

A signal that reads the grade cannot fire beyond it, and one that states arrears cannot fire beyond them: these stay
for what they say, and their precision is what counts. A signal too few to say anything about stays, at yellow, where a
regulator or the law names it. These worlds are simulated: a bank measures again on its own book.

How the choice was made, for who judges the figures:

1. Some 490 conditions were tried on one world only: A, seed 20265, 12,000 parties, 72 months. Most of those kept ask
   for a pattern and a sign of strain: balances that do not cover what falls due, or payments that come later.
2. The 49 signals chosen were then judged once on worlds A and B with another seed. By the rule above, which had been
   fixed before, 9 added nothing and left; 2 more left since too few defaults spoke for them and no regulator names
   them; 2 that regulators name went from orange to yellow. No threshold was changed.
3. The figures below are of the 38 that stayed, in the same worlds: who stayed had to do well in them, so they flatter a
   little. Of forty signals worth nothing the rule would let about two through by chance.
4. Where the report speaks for a signal that was left out, it was not taken back, for then the report would have chosen
   it. It is a candidate for the next choice, judged in worlds not seen before.
"""


def run(worlds: Sequence[str], size: Size, *, as_json: bool, page: Path | None, saved: Path | None) -> None:
    """Measure (or take the figures of `saved`), print, and write the page of the docs with its figures if asked."""
    policy = load_policy(vocabulary=vocabulary_of(FEATURES))
    left_out = read_left_out(policy)
    found = _measured(policy, left_out, worlds, size) if saved is None else json.loads(saved.read_text("utf-8"))
    text = json.dumps(found, indent=1) + "\n"
    if page is not None:
        SAVED.write_text(text, encoding="utf-8")
        page.write_text(page_of(policy, left_out, found), encoding="utf-8")
    if as_json:
        sys.stdout.write(text)
    else:
        _show(policy, found)


def page_of(policy: Policy, left_out: LeftOut, found: Found) -> str:
    """Return docs/signals.md: tables by world, what was left out, then every signal of `policy`."""
    lines = [HEAD, *_by_pattern(policy, left_out), ""]
    for world, one in found.items():
        lines += [f"## World {world}", "", _about(one), "", *_table(policy.signals, found, world, "signals"), ""]
    lines += ["## How many carry a level, and how often it changes", ""]
    lines += [*_levels(found), ""]
    lines += [
        "## Tried and left out",
        "",
        "Judged in the same run; *alone* counts whom no signal of the policy caught.",
    ]
    for world in found:
        lines += ["", f"World {world}", "", *_table(left_out.signals, found, world, "left_out")]
    lines += ["", *(f"- {one.code}: `{condition_of(one)}`. {left_out.why[one.code]}" for one in left_out.signals), ""]
    lines += ["## Each signal", "", *(line for signal in policy.signals for line in _details(signal))]
    return "\n".join(lines)


def _by_pattern(policy: Policy, left_out: LeftOut) -> Iterator[str]:
    """Yield a table of the patterns of failing loans: what watches each, and what was tried for it."""
    yield "## What watches each pattern"
    yield ""
    yield "Features and reasons of the score see every pattern, whether or not a signal watches it too."
    yield ""
    yield "| pattern | signals | tried and left out |"
    yield "|---|---|---|"
    tried = [signal for signal in left_out.signals if not signal.code.endswith(PLAIN)]
    for pattern in Pattern:
        cells = (", ".join(one.code for one in some if one.pattern == pattern) for some in (policy.signals, tried))
        yield f"| {pattern.text.en} {pattern.text.zh} | {' | '.join(cell or '–' for cell in cells)} |"


def told(signal: Signal, found: Found, part: str = "signals") -> str:
    """Return the verdict on a signal in words."""
    why = why_not_measured(signal) or why_never_beyond(signal)
    return f"stays: {why}" if why else verdict(signal.code, found, part)


def _measured(policy: Policy, left_out: LeftOut, worlds: Sequence[str], size: Size) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for world in worlds:
        with tempfile.TemporaryDirectory() as directory:
            watched = watch(world, size, Path(directory), policy, left_out)
        found[world] = measure(watched, policy, left_out.signals) | {"flaps": flapping.measure(watched)}
        found[world] |= {"size": [size.borrowers, size.months, size.seed]}
    return found


def _about(one: Mapping[str, Any]) -> str:
    borrowers, months, seed = one["size"]
    return (
        f"{borrowers:,} parties over {months} months, seed {seed}; batches from {one['days'][0]} to {one['days'][1]}. "
        f"{one['rows']:,} looks at {one['borrowers']:,} borrowers, of whom {one['defaulters']:,} defaulted "
        f"({one['default_rate']:.2%} of the looks); beyond days past due and grade {one['beyond_rows']:,} looks with "
        f"{one['beyond_defaulters']:,} defaulters ({one['beyond_rate']:.2%})."
    )


def _table(signals: Sequence[Signal], found: Found, world: str, part: str) -> Iterator[str]:
    yield "| signal | level | fires | precision | lift | beyond | caught | alone | verdict |"
    yield "|---|---|---|---|---|---|---|---|---|"
    for signal in signals:
        figures = _figures(found[world][part].get(signal.code))
        yield f"| {signal.code} | {signal.level.value} | {' | '.join(figures)} | {told(signal, found, part)} |"


def _figures(one: Mapping[str, Any] | None) -> tuple[str, ...]:
    """Return fires, precision, lift, beyond, caught and alone as text."""
    if one is None or one["precision"] is None:
        return ("–" if one is None else "0", "–", "–", "–", "–", "–")
    first = f"{one['fires']:.1f}", f"{one['precision']:.1%} ± {one['precision_se']:.1%}", f"{one['lift']:.1f}"
    if one["beyond_lift"] is None:
        return (*first, "–", "–", "–")
    between = "" if one["beyond_low"] is None else f" ({one['beyond_low']:.1f}–{one['beyond_high']:.1f})"
    return (*first, f"{one['beyond_lift']:.1f}{between}", str(one["beyond_caught"]), str(one["beyond_alone"]))


def _levels(found: Found) -> Iterator[str]:
    yield "Shares are of the borrowers of the last batch who are not in default; changes and reversals are counted per"
    yield "borrower-year over thirteen monthly batches, *days at red* is the median stay. The memory lets a signal"
    yield "linger after it went away, and a level fall one step at a time."
    yield ""
    yield f"| world | memory | {' | '.join(flapping.COLUMNS)} |"
    yield "|" + "---|" * (2 + len(flapping.COLUMNS))
    for world, one in found.items():
        for way in flapping.WAYS:
            yield f"| {world} | {way} | {' | '.join(flapping.cells(one['flaps'][way]))} |"


def _details(signal: Signal) -> tuple[str, ...]:
    return (
        f"### {signal.code}",
        "",
        f"{signal.level.value}, {signal.pattern}, element {signal.element}, {signal.owner}: `{condition_of(signal)}`",
        "",
        f"{signal.sentence.en} / {signal.sentence.zh}",
        "",
        f"{signal.source} ({signal.confidence})",
        "",
    )


def _show(policy: Policy, found: Found) -> None:
    for world, one in found.items():
        shown = Table(title=f"World {world}: {_about(one)}", title_justify="left")
        for column in ("signal", "level", "fires", "precision", "lift", "beyond", "caught", "alone", "verdict"):
            shown.add_column(column)
        for signal in policy.signals:
            cells = _figures(one["signals"].get(signal.code))
            shown.add_row(signal.code, signal.level.value, *cells, told(signal, found))
        Console().print(shown)
