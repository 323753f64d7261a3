"""The command `ews validate`: from a run to results, papers, findings and figures in MLflow.

Writes  home/validations/<portfolio>/<model_id>/<made_at>: validation.json, results.csv, report in HTML and Word, plots
Store   findings, where there is a store; without one the papers tell them without owners
MLflow  figures and papers in the run of the model; where it is away the papers are written all the same, and it is said
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pandas as pd

from ews.casework.paper.docx import docx_of
from ews.casework.paper.page import page_of
from ews.cli import show
from ews.cli.book_place import book_of
from ews.cli.desks import log_of
from ews.cli.people import by
from ews.cli.policies import policy_of
from ews.cli.settings import Settings
from ews.cli.told import policy_by_hash
from ews.cli.validate.catalogue import AREA_OF, AREA_TEXT
from ews.cli.validate.chosen import Chosen, chosen
from ews.cli.validate.findings import RANKS, Told, found_in, settled, told_findings
from ews.cli.validate.front import places
from ews.cli.validate.logged import TABLE, keep_plots, log_validation, table_of
from ews.cli.validate.make import Subject, make
from ews.cli.validate.paper import paper_of
from ews.cli.validate.told import VERDICT_TEXT
from ews.cli.validate.validated import Validated, folder_of, keep, newest
from ews.cli.validate.voice import Voice
from ews.domain.errors import BookError, ModelError, TrackingError
from ews.domain.text import Language
from ews.events.book import open_book
from ews.store.engine import Store, open_store
from ews.store.model_findings import ModelFinding, findings_of_model, note_validation
from ews.validation.opinion import Answer, answer_of, by_area
from ews.validation.results import Verdict

_SHOWN = 12
_MOST_FINDINGS = 20


@dataclass(frozen=True, slots=True)
class Asked:
    """`run` is a run, a model or null for the champion; `again` makes the papers anew without a calculation."""

    run: str | None
    portfolio: str | None
    book: Path | None
    groups: Path | None
    is_quick: bool
    again: bool


@dataclass(frozen=True, slots=True)
class Done:
    found: Validated
    kept: tuple[ModelFinding, ...]
    answer: Answer
    folder: Path
    run_id: str | None
    tracking_fault: str | None


def validate(settings: Settings, asked: Asked, *, as_json: bool) -> Answer:
    """Validate a model, write its report, and tell the answer that the results propose."""
    which = chosen(settings, asked.run, asked.portfolio)
    with _store(settings) as store:
        found = _found(settings, which, asked, store, quiet=as_json)
        kept = _findings(settings, store, found, again=asked.again)
    done = _written(settings, which, found, kept)
    if as_json:
        show.as_json(_plain(done))
    else:
        _tell(done)
    return done.answer


def _found(settings: Settings, which: Chosen, asked: Asked, store: Store | None, *, quiet: bool) -> Validated:
    model = which.model
    if asked.again:
        found = newest(settings.home, model.portfolio, model.model_id)
        if found is None:
            message = (
                f"The model {model.model_id[:_SHOWN]} was never validated in this home, so that there is no report to "
                "make again. Leave --report-only out."
            )
            raise ModelError(message)
        return found
    folder = asked.book or book_of(settings.home, model.portfolio)
    if folder is None:
        message = (
            f"Nobody knows where the book of portfolio '{model.portfolio}' lies: it was not scored with this home yet. "
            "Name it with --book."
        )
        raise BookError(message)
    book = open_book(folder)
    policy, groups = policy_of(settings), _groups(asked.groups)
    at = (book, folder, settings.home, store)
    subject = Subject(model, which.run_id, which.is_champion, *at, policy, groups, policy_by_hash(settings))
    with show.progress("validate", quiet=quiet) as progress:
        return make(subject, made_at=_now(), made_by=by(), is_quick=asked.is_quick, progress=progress)


def _findings(settings: Settings, store: Store | None, found: Validated, *, again: bool) -> tuple[ModelFinding, ...]:
    if store is None:
        return ()
    if again:
        return findings_of_model(store, found.portfolio, found.model_id)
    return note_validation(
        log_of(settings, store),
        found.portfolio,
        found.model_id,
        found_in(found.results, found.made_at.date()),
        by=found.made_by,
        at=found.made_at,
        ranks=RANKS,
        told={"run_id": found.run_id, "answer": answer_of(found.results).value},
    )


def _written(settings: Settings, which: Chosen, found: Validated, kept: Sequence[ModelFinding]) -> Done:
    """Write the papers and log them; a fault of MLflow is kept, not raised."""
    answer = answer_of(found.results, settled(kept))
    keep(settings.home, found)
    folder = folder_of(settings.home, found)
    (folder / TABLE).write_text(table_of(found.results), encoding="utf-8")
    keep_plots(found, folder / "plots")
    for language in Language:
        paper = paper_of(found, which.model, kept, language)
        (folder / f"report-{language}.html").write_text(page_of(paper), encoding="utf-8")
        (folder / f"report-{language}.docx").write_bytes(docx_of(paper))
    run_id, fault = found.run_id, None
    try:
        run_id = log_validation(settings.tracking, found, which.model, folder, answer)
    except TrackingError as error:
        fault = str(error)
    return Done(found, tuple(kept), answer, folder, run_id, fault)


@contextmanager
def _store(settings: Settings) -> Iterator[Store | None]:
    """Give the store, None where nothing was ever published."""
    store = open_store(settings.database) if settings.database_exists else None
    try:
        yield store
    finally:
        if store is not None:
            store.close()


def _groups(path: Path | None) -> pd.DataFrame | None:
    """Return protected groups by borrower from a CSV file; ModelError where it cannot be used."""
    if path is None:
        return None
    try:
        groups = pd.read_csv(path, dtype=str)
    except (OSError, ValueError) as error:
        message = f"The groups '{path}' cannot be read ({type(error).__name__}). Give a CSV file with a borrower_id."
        raise ModelError(message) from error
    if "borrower_id" not in groups.columns or len(groups.columns) < 2 or groups["borrower_id"].duplicated().any():
        message = f"The groups '{path}' need one row per borrower_id and a column per group. Mend the file."
        raise ModelError(message)
    return groups


def _tell(done: Done) -> None:
    found, voice = done.found, Voice(Language.ZH)
    answer = done.answer.text
    _line(f"{answer.zh} {answer.en} · {found.portfolio} {found.model_id[:_SHOWN]}")
    columns = ("chapter 领域", "verdict 结论", "passed\n通过", "watch\n关注", "failed\n不通过", "too few\n不足")
    rows = []
    for area, (verdict, counts) in by_area(found.results, AREA_OF).items():
        numbers = (counts[one] for one in (Verdict.PASSED, Verdict.WATCH, Verdict.FAILED, Verdict.TOO_FEW))
        text, said = AREA_TEXT[area], VERDICT_TEXT[verdict]
        rows.append((f"{text.zh}\n{text.en}", f"{said.zh} {said.en}", *map(show.count, numbers)))
    show.table("Validation 模型验证", columns, rows, left=2)
    findings = told_findings(found.results, found.made_at.date(), done.kept)
    shown = [_finding(one, voice) for one in findings[:_MOST_FINDINGS]]
    heads = ("id 编号", "severity 级别", "finding 发现", "owner 责任人", "due 期限", "state 状态")
    show.table(f"Findings 验证发现 ({len(findings)})", heads, shown, left=len(heads))
    _line(f"report 报告: {done.folder / 'report-zh.html'} · {done.folder / 'report-zh.docx'} · report-en.*")
    if done.tracking_fault is None:
        _line(f"MLflow run 运行: {done.run_id}")
    else:
        _line(f"not logged 未写入MLflow: {done.tracking_fault}")


def _finding(one: Told, voice: Voice) -> tuple[str, ...]:
    kept = one.kept
    severity = one.severity.text
    owner = (kept.owner if kept is not None else None) or "—"
    state = kept.state.text.zh if kept is not None else "未关闭"
    name = kept.finding_id if kept is not None else "—"
    return (name, f"{severity.zh} {severity.en}", f"{one.test}: {places(one, voice)}", owner, f"{one.due_on}", state)


def _plain(done: Done) -> dict[str, Any]:
    found = done.found
    findings = told_findings(found.results, found.made_at.date(), done.kept)
    areas = {area.value: verdict.value for area, (verdict, _) in by_area(found.results, AREA_OF).items()}
    return {
        "answer": done.answer.value,
        "portfolio": found.portfolio,
        "model_id": found.model_id,
        "run_id": done.run_id,
        "tracking_fault": done.tracking_fault,
        "made_at": found.made_at,
        "areas": areas,
        "findings": [
            {
                "finding_id": one.kept.finding_id if one.kept else None,
                "test": one.test,
                "severity": one.severity.value,
                "about": [each.about for each in one.results],
                "state": one.kept.state.value if one.kept else "open",
                "owner": one.kept.owner if one.kept else None,
                "due_on": one.due_on,
            }
            for one in findings
        ],
        "results": len(found.results),
        "unproven": [one.en for one in found.unproven],
        "folder": str(done.folder),
        "seconds": dict(found.seconds),
    }


def _now() -> datetime:
    return datetime.now(UTC).astimezone().replace(tzinfo=None, microsecond=0)


def _line(text: str) -> None:
    show.OUT.print(text, highlight=False, markup=False, soft_wrap=True)
