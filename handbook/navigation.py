"""Navigation: the order of the pages. A page that is not there yet is left out, one that is not named comes last."""

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

SECTIONS: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("Home", ("index.md",)),
    (
        "Quick start",
        tuple(
            f"quick-start/{who}.md"
            for who in ("operator", "officer", "risk-manager", "model-owner", "validator", "auditor")
        ),
    ),
    (
        "How to",
        tuple(
            f"how-to/{what}.md"
            for what in (
                *("import-your-bank", "workbench", "casework", "change-the-policy", "retrain-a-model"),
                *("validate-a-model", "monitor-the-model", "spark"),
            )
        ),
    ),
    (
        "Operations",
        (
            "operations.md",
            "runbook.md",
            "security.md",
            "personal-data.md",
            "reliability.md",
            "scale.md",
            "benchmarks.md",
        ),
    ),
    (
        "Reference",
        (
            *("reference/event-tables.md", "features.md", "reference/commands.md", "reference/api.md"),
            *("reference/api-types.md", "reference/metrics.md", "glossary.md"),
        ),
    ),
    ("Evidence", ("accuracy.md", "earliness.md", "signals.md")),
    ("Design", ("architecture.md",)),
)
DECISIONS = "Decision records"
INDEX = "decisions/README.md"
"""The page that the section itself leads to."""


def navigation(folder: Path) -> list[dict[str, Any]]:
    """Return the sections for the pages of a folder, as MkDocs takes them."""
    there = {path.relative_to(folder).as_posix() for path in folder.rglob("*.md")}
    named = {page for _, pages in SECTIONS for page in pages}
    found: list[dict[str, Any]] = []
    for title, pages in SECTIONS:
        listed: list[Any] = [page for page in pages if page in there]
        if title == "How to":
            listed += sorted(page for page in there - named if page.startswith("how-to/"))
        if title == "Design":
            records = sorted(page for page in there if page.startswith("decisions/"))
            listed.append({DECISIONS: sorted(records, key=lambda page: page != INDEX)})
            listed += sorted(page for page in there - named if "/" not in page)
        if listed:
            found.append({title: listed[0] if title == "Home" else listed})
    return found


def places(found: Iterable[Any]) -> Iterator[str]:
    """Yield every page that a navigation names."""
    for one in found:
        if isinstance(one, str):
            yield one
        elif isinstance(one, dict):
            for below in one.values():
                yield from places([below] if isinstance(below, str) else below)
