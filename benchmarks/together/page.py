"""The page of the figures: what was measured, when, on what, by which command."""

from collections.abc import Iterator, Mapping
from typing import Any

from benchmarks.together.parts import Goal, Suite

_HEAD = """\
# {title}

Written by `{command}` on {date}: {sizes} sizes, {processor}, {cores} cores, {memory} GiB, Python {python}.
{means}
`{small}` measures anew in small sizes, `{full}` in full.

| measurement | figure | asked | |
|---|---:|---:|---|
"""


def page_of(suite: Suite, told: Mapping[str, Any]) -> str:
    """Return the page for what `run` wrote."""
    machine = told["machine"]
    head = _HEAD.format(
        title=suite.title,
        means=suite.means,
        small=suite.small,
        full=suite.full,
        command=suite.small if told["sizes"] == "small" else suite.full,
        date=told["date"],
        sizes=told["sizes"],
        processor=machine["processor"],
        cores=machine["cores"],
        memory=machine["memory_gib"],
        python=machine["python"],
    )
    return (
        head
        + "\n".join(_rows(suite, told["parts"]))
        + "\n\n## Commands\n\n"
        + "\n".join(_commands(told["parts"]))
        + "\n"
    )


def _rows(suite: Suite, parts: Mapping[str, Mapping[str, Any]]) -> Iterator[str]:
    for part in (part for part in suite.parts if part.name in parts):
        one = parts[part.name]
        if "failed" in one:
            yield f"| {part.name} | failed | | |"
            continue
        for goal in part.goals:
            yield _row(part.name, goal, goal.found(one["told"]))


def _row(name: str, goal: Goal, value: Any) -> str:
    met = goal.is_met(value)
    said = "—" if value is None else f"{value:.4g}" if isinstance(value, float) else f"{value:,}"
    return f"| {name}: {goal.path} | {said} | {goal.limit} | {'' if met is None else 'yes' if met else '**no**'} |"


def _commands(parts: Mapping[str, Mapping[str, Any]]) -> Iterator[str]:
    for one in parts.values():
        yield f"- `{one['command']}` ({one['took_seconds']:.0f} s)"
