"""Commands about the book: import, check, simulate."""

from datetime import date
from pathlib import Path

from ews.cli import show
from ews.cli.outcomes_taken import taken_rows
from ews.events.importing import import_source
from ews.events.report import Carried, ImportResult
from ews.events.verification import check_book
from ews.scoring.wording import MISSING
from ews.simulation.latent.shape import NetworkShape
from ews.simulation.latent.worlds import DEFAULT_WORLD
from ews.simulation.report import Power, SimulationReport
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
    if result.carried is not None and result.carried.lists:
        _tell_carried(result.carried)
    if result.quarantine is not None:
        show.OUT.print(f"Rejected rows lie in {result.quarantine}", soft_wrap=True)
    manifest = result.manifest
    what = f"portfolio {manifest.portfolio}, extracted on {manifest.extracted_on}, id {manifest.book_id[:12]}"
    show.OUT.print(f"Book {book}: {what}", soft_wrap=True)


def _tell_carried(carried: Carried) -> None:
    """Tell what became of the outcomes that were added to the book before."""
    rows = taken_rows(
        carried.delivered,
        carried.accepted,
        added=sum(carried.added.values()),
        already=carried.already,
        reasons=carried.reasons,
    )
    show.table("Outcomes added before 此前补充的表现结果", ("", ""), [("批次 lists", show.count(carried.lists)), *rows])
    if carried.reasons:
        show.OUT.print(
            "Rejected rows stay in their lists: every import asks them again. "
            "被拒的行仍留在补充清单中，每次导入都会重新判断。",
            soft_wrap=True,
        )


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


def simulate_book(
    book: Path,
    borrowers: int,
    months: int,
    seed: int,
    *,
    as_json: bool,
    world: str = DEFAULT_WORLD,
    shock_after: int | None = None,
) -> None:
    """Make a synthetic book and tell how hard it is."""
    with show.progress("simulate", quiet=as_json) as progress:
        report = simulate(
            book,
            borrowers=borrowers,
            months=months,
            seed=seed,
            world=world,
            shock_after=shock_after,
            progress=progress,
        )
    if as_json:
        show.as_json(report.as_dict())
    else:
        _tell_import(report.book, book)
        _tell_defaults(report)
        _tell_causes(report)
        _tell_network(report.network)


def _tell_defaults(report: SimulationReport) -> None:
    rows = [
        (year, show.count(defaults), MISSING if rate is None else f"{rate:.2%}")
        for (year, defaults), rate in zip(report.defaults_per_year.items(), report.rate_per_year.values(), strict=True)
    ]
    show.table("Defaults per year 每年违约户数", ("", "defaults\n违约", "of those at risk, a year\n年化违约率"), rows)
    day = f" on {report.snapshot}" if report.snapshot else ""
    for line in (
        f"World 世界: {report.world}",
        f"True risk 真实风险: {report.truth}",
        f"AUC of the true risk{day}, all 真实风险的AUC（全部）: {_power(report, report.overall)}",
        f"AUC of the true risk{day}, not past due 真实风险的AUC（无逾期）: {_power(report, report.not_past_due)}",
    ):
        show.OUT.print(line, soft_wrap=True, highlight=False)


def _tell_causes(report: SimulationReport) -> None:
    rows = [
        (
            f"{found.cause.text.zh} {found.cause.text.en}",
            show.count(found.defaults),
            f"{found.share:.0%}",
            show.count(found.judged),
            MISSING if found.auc is None else f"{found.auc:.3f}",
        )
        for found in report.causes
    ]
    columns = ("", "defaults\n违约", "share\n占比", "of them judged\n其中可检验", "AUC of the true risk\n真实风险AUC")
    show.table("Why 违约原因", columns, rows)


def _tell_network(network: NetworkShape) -> None:
    amounts = (f"{amount / 1e6:,.0f}" for amount in (network.median_amount_fen, network.percentile_99_amount_fen))
    rows = (
        ("当事人 Parties", show.count(network.parties)),
        ("担保笔数 Guarantees", show.count(network.guarantees)),
        ("其中实控人为本企业担保 of a controller for the own firm", show.count(network.own_firm)),
        ("担保圈 Components", show.count(network.components)),
        ("其中两户 of two", show.count(network.pairs)),
        ("其中3至13户 of 3 to 13", show.count(network.small)),
        ("更大的担保圈 Larger ones", ", ".join(map(str, network.large)) or MISSING),
        ("互保 Mutual pairs", show.count(network.mutual)),
        ("环形担保，最大 Circles, the largest", f"{network.circles}, {network.largest_circle}"),
        ("一户最多保证人 Most guarantors of one", show.count(network.most_received)),
        ("一户最多被担保人 Most guaranteed by one", show.count(network.most_given)),
        ("金额中位数与99分位（万元） Amount, median and 99 % (10,000 CNY)", ", ".join(amounts)),
    )
    show.table("Guarantee network 担保网络", ("", ""), rows)


def _power(report: SimulationReport, power: Power) -> str:
    if power.auc is not None:
        return f"{power.auc:.3f} ({power.defaults} defaults among {power.borrowers} 违约/户数)"
    if report.snapshot is None:
        return "— (the book is too short for twelve months to follow 期限不足，无后续12个月)"
    return "— (no defaults among them, or nothing but defaults 其中无违约或全部违约)"
