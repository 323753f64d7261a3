"""Commands about the book: import, check, simulate."""

from dataclasses import asdict
from datetime import date
from pathlib import Path

from ews.cli import show
from ews.events.importing import import_source
from ews.events.report import ImportResult
from ews.events.verification import check_book
from ews.simulation.simulate import simulate


def import_book(
    source: Path, raw: Path, book: Path, extracted_on: date | None, max_rejected_share: float | None, *, as_json: bool
) -> None:
    """Run an import and tell what was taken in."""
    with show.progress("import", quiet=as_json) as progress:
        result = import_source(
            source, raw, book, extracted_on=extracted_on, max_rejected_share=max_rejected_share, progress=progress
        )
    if as_json:
        show.as_json(result.as_dict())
    else:
        _tell_import(result, book)


def _tell_import(result: ImportResult, book: Path) -> None:
    for title, parts in (("Raw files 原始文件", result.files), ("Event tables 事件表", result.tables)):
        rows = [
            (
                part.name,
                show.count(part.delivered),
                show.count(part.accepted),
                show.count(part.rejected),
                ", ".join(f"{reason} {count}" for reason, count in sorted(part.reasons.items())),
            )
            for part in parts
        ]
        if rows:
            show.table(title, ("", "in", "accepted", "rejected", "why"), rows)
    if result.quarantine is not None:
        show.OUT.print(f"Rejected rows lie in {result.quarantine}", soft_wrap=True)
    manifest = result.manifest
    what = f"portfolio {manifest.portfolio}, extracted on {manifest.extracted_on}, id {manifest.book_id[:12]}"
    show.OUT.print(f"Book {book}: {what}", soft_wrap=True)


def check_stored(book: Path, *, as_json: bool) -> bool:
    """Check a stored book, tell what was found, and return whether it is sound."""
    report = check_book(book)
    if as_json:
        show.as_json(report.as_dict())
        return report.ok
    rows = [
        (
            checked.name,
            show.count(checked.rows),
            "; ".join(f"{each.fault.text.zh} {each.fault.text.en}: {each.detail}" for each in checked.problems) or "ok",
        )
        for checked in report.tables
    ]
    show.table("Check 校验", ("", "rows", "found"), rows)
    show.OUT.print(f"Book {book}: {'sound 完好' if report.ok else 'damaged 有问题'}", soft_wrap=True)
    return report.ok


def simulate_book(book: Path, borrowers: int, months: int, seed: int, *, as_json: bool) -> None:
    """Make a synthetic book and tell how hard it is."""
    with show.progress("simulate", quiet=as_json) as progress:
        report = simulate(book, borrowers=borrowers, months=months, seed=seed, progress=progress)
    if as_json:
        show.as_json(asdict(report))
    else:
        show.fields("Synthetic book 模拟贷款组合", asdict(report))
