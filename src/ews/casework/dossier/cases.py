"""Cases of a due-diligence file, kind by kind: warnings, tasks, contacts, measures, overrides, watch list, reviews."""

from collections.abc import Mapping, Sequence
from typing import Any

from ews.casework.dossier.dossier import CaseLine, Dossier
from ews.casework.dossier.values import NOTHING
from ews.casework.dossier.words import code_text, labelled
from ews.casework.paper.paper import Block, Cell, Heading, Note, Row, Say, Section, Table, day
from ews.casework.words import KIND_TEXTS, ROLE_TEXTS, STATE_TEXTS
from ews.domain.text import Text

_KINDS = ("warning", "task", "contact", "measure", "override", "watch", "review")
_TOLD: Mapping[str, tuple[str, ...]] = {
    "warning": (
        "kind",
        "first_level",
        "verdict",
        "verdict_reason",
        "verified_how",
        "cause",
        "plan",
        "lift_evidence",
        "sampled",
        "sample_review",
    ),
    "task": ("text", "why", "cause", "paid_from", "check_id", "moot", "late_since"),
    "contact": ("channel", "party", "party_id", "begun_at", "is_effective", "note", "promised_on", "cause", "breaches"),
    "measure": (
        "measure",
        "cause",
        "reason",
        "amount_fen",
        "until",
        "decision_reason",
        "evidence",
        "evidence_files",
        "learnt",
    ),
    "override": ("tier", "loan_id", "reason", "original", "expires_on", "approved_by", "decision_reason", "end_reason"),
    "watch": ("reason", "owner", "review_on", "note", "off_reason"),
    "review": ("quarter", "determination", "approvals", "return_reason", "override_ids"),
}
"""What of a body stands beside the case; what else was written stands in the timeline."""

_AS = {
    "verified_how": "how",
    "verdict_reason": "reason",
    "lift_evidence": "evidence",
    "sample_review": "review",
}
"""Names of a body under the labels of acts."""


def case_sections(dossier: Dossier, say: Say) -> tuple[Section, ...]:
    """Return one section with a table for each kind that there is."""
    blocks: list[Block] = []
    for kind in _KINDS:
        own = [one for one in dossier.cases if one.kind == kind]
        if own:
            blocks += [Heading(f"{say.word(KIND_TEXTS[kind])} ({len(own)})"), case_table(dossier, own, say)]
    if not blocks:
        blocks = [Note(say.word(Text("There is no case about the borrower.", "无处置记录。")))]
    return (Section(say.word(Text("What became of each case", "处置事项现状")), tuple(blocks)),)


def case_table(dossier: Dossier, own: Sequence[CaseLine], say: Say) -> Table:
    """Return cases of one kind, a row each."""
    heads = (
        (Text("Case", "编号"), 0.13),
        (Text("Opened and closed", "起止"), 0.16),
        (Text("State", "状态"), 0.18),
        (Text("What it says", "内容"), 0.53),
    )
    return Table(
        tuple((say.word(head), share) for head, share in heads), tuple(_row(dossier, one, say) for one in own), NOTHING
    )


def _row(dossier: Dossier, one: CaseLine, say: Say) -> Row:
    state = say.word(STATE_TEXTS.get(one.state, Text(one.state, one.state)))
    closed = say.word(Text("open", "未结")) if one.closed_at is None else day(one.closed_at.date())
    level = "" if one.level is None else say.word(one.level.text)
    told = "\n".join(
        f"{say.word(label)}{say.colon}{say.word(value)}"
        for label, value in labelled(told_of_body(one.kind, one.body), dossier.words)
    )
    return Row(
        (
            Cell(one.case_id, small=level, tone="" if one.level is None else one.level.value),
            Cell(day(one.opened_at.date()), small=f"→ {closed}"),
            Cell(state, small=_waits(one, say), tone="late" if one.days_late else ""),
            Cell(told),
        )
    )


def _waits(one: CaseLine, say: Say) -> str:
    """Return who must act by when, where somebody has to."""
    if one.due_on is None or one.closed_at is not None:
        return ""
    role = one.assignee or ("" if one.role is None else say.word(ROLE_TEXTS.get(one.role, Text(one.role, one.role))))
    late = f" · {say.word(Text(f'{one.days_late} days late', f'逾期{one.days_late}日'))}" if one.days_late else ""
    return f"{role} {one.due_on}{late}".strip()


def told_of_body(kind: str, body: Mapping[str, Any]) -> dict[str, Any]:
    """Return what of a body stands beside a case of the kind, under the labels of acts; nothing for other kinds."""
    found: dict[str, Any] = {}
    for name in _TOLD.get(kind, ()):
        value = body.get(name)
        if value is not None:
            found[_AS.get(name, name)] = _plain(name, value)
    return found


def _plain(name: str, value: Any) -> Any:
    """Return what a body holds in the few words of a table."""
    if name == "original":
        return [_both(one["loan_id"], code_text(one["tier"], {}), one["as_of"]) for one in value]
    if name == "approvals":
        return [_both(one["by"], code_text(one["role"], {}), one["on"]) for one in value]
    if name == "determination":
        tiers = [_both(loan, code_text(tier, {})) for loan, tier in value["tiers"].items()]
        return [f"{value['by']} ({value['on']})", *tiers, *filter(None, (value["reason"],))]
    return value


def _both(about: str, text: Text, on: str | None = None) -> Mapping[str, str]:
    """Return what is said about somebody or something, in both languages."""
    day = "" if on is None else f" ({on})"
    return {"en": f"{about}: {text.en}{day}", "zh": f"{about}：{text.zh}{day}"}
