"""Findings of a due-diligence file: what counts, and what takes a second person, with what became of it."""

from collections.abc import Iterator

from ews.casework.checks.proposed import OUTCOME_TEXTS, read_proposed
from ews.casework.dossier.dossier import Answered, Dossier
from ews.casework.paper.paper import Block, Cell, Heading, Row, Say, Section, Table, day
from ews.domain.text import Text
from ews.store.findings import Finding

_KINDS = frozenset({"check", "task"})
"""Cases that find something."""


def findings_section(dossier: Dossier, say: Say) -> Section:
    """Return all findings, corrected ones too."""
    heads = (
        (Text("Found on", "发现日"), 0.12),
        (Text("Known on", "获知日"), 0.12),
        (Text("Field", "事项"), 0.34),
        (Text("Value", "内容"), 0.18),
        (Text("By", "填报人"), 0.10),
        (Text("From", "来源"), 0.14),
    )
    asked = {(check.case_id, answer.name): answer for check in dossier.checks for answer in check.answers}
    rows = tuple(
        Row(
            (
                Cell(day(one.found_on)),
                Cell(day(one.known_on)),
                _asked(one, asked.get((one.case_id, one.field)), say),
                _value(one, asked.get((one.case_id, one.field)), say),
                Cell(dossier.people.get(one.author, one.author)),
                Cell(one.case_id, small="" if one.corrects is None else f"⟲ {one.corrects}"),
            )
        )
        for one in dossier.findings
    )
    columns = tuple((say.word(head), share) for head, share in heads)
    table = Table(columns, rows, say.word(Text("Nothing was found.", "无调查发现。")))
    return Section(say.word(Text("Findings", "调查发现")), (table, *_second_person(dossier, say)))


def _second_person(dossier: Dossier, say: Say) -> Iterator[Block]:
    """Yield what took somebody else's approval, and what became of it; nothing where nothing did."""
    held = [
        (case.case_id, one)
        for case in dossier.cases
        if case.kind in _KINDS
        for one in read_proposed(case.body.get("proposed", ()))
    ]
    if not held:
        return
    yield Heading(say.word(Text("Findings that take a second person", "须经第二人审批的认定")))
    heads = (
        (Text("Found on", "发现日"), 0.14),
        (Text("Finding", "认定内容"), 0.34),
        (Text("By", "填报人"), 0.18),
        (Text("What became of it", "审批结果"), 0.34),
    )
    rows = tuple(
        Row(
            (
                Cell(one.found_on, small=case_id),
                Cell(say.word(Text(one.label["en"], one.label["zh"])), small=one.loan_id or ""),
                Cell(dossier.people.get(one.author, one.author)),
                Cell(
                    say.word(OUTCOME_TEXTS[one.outcome]),
                    small=" · ".join(filter(None, (one.by and dossier.people.get(one.by, one.by), one.on, one.reason))),
                    tone="late" if one.waits else "",
                ),
            )
        )
        for case_id, one in held
    )
    yield Table(tuple((say.word(head), share) for head, share in heads), rows, "")


def _value(one: Finding, answer: Answered | None, say: Say) -> Cell:
    """Return what was found, in the words of the form where they are known."""
    if one.value is None:
        return Cell(say.word(Text("taken back", "已撤回")))
    known = answer is not None and answer.shown is not None and str(answer.answer) == one.value
    return Cell(say.word(answer.shown) if known and answer is not None and answer.shown is not None else one.value)


def _asked(one: Finding, answer: Answered | None, say: Say) -> Cell:
    """Return the question behind a finding, its field where the form of the check is not known."""
    return Cell(one.field if answer is None else say.word(answer.text), small=one.loan_id or "")
