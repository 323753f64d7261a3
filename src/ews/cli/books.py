"""Commands about the book: import, check, simulate."""

from datetime import date
from pathlib import Path

from ews.cli import show
from ews.events.importing import import_source
from ews.events.report import ImportResult
from ews.events.verification import check_book
from ews.simulation.report import SimulationReport
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
        show.as_json(
            {
                "book": report.book.as_dict(),
                "truth": str(report.truth),
                "defaults_per_year": report.defaults_per_year,
                "snapshot": report.snapshot,
                "auc": report.auc,
                "auc_not_past_due": report.auc_not_past_due,
            }
        )
    else:
        _tell_import(report.book, book)
        _tell_truth(report)


def _tell_truth(report: SimulationReport) -> None:
    years = ", ".join(f"{year} {show.count(number)}" for year, number in report.defaults_per_year.items())
    day = f" on {report.snapshot}" if report.snapshot else ""
    for line in (
        f"True risk 真实风险: {report.truth}",
        f"Defaults per year 每年违约户数: {years}",
        f"AUC of the true risk{day}, all 真实风险的AUC（全部）: {_auc(report, report.auc)}",
        f"AUC of the true risk{day}, not past due 真实风险的AUC（无逾期）: {_auc(report, report.auc_not_past_due)}",
    ):
        show.OUT.print(line, soft_wrap=True, highlight=False)


def _auc(report: SimulationReport, value: float | None) -> str:
    if value is not None:
        return f"{value:.3f}"
    if report.snapshot is None:
        return "— (the book is too short for twelve months to follow 期限不足，无后续12个月)"
    return "— (no defaults among them, or nothing but defaults 其中无违约或全部违约)"
