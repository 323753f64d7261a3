"""Section: the tier of each loan, what makes it, and the law behind it."""

from collections.abc import Iterator
from typing import NamedTuple

from ews.casework.paper.paper import Block, Cell, Heading, Note, Prose
from ews.casework.report.report import Report
from ews.casework.report.values import NOTHING, UNIT, in_table, share
from ews.casework.report.voice import Voice, number
from ews.domain.decisions import Decision, Held, LoanDecision
from ews.domain.levels import Tier
from ews.domain.text import Text
from ews.policy.source_text import source_text

TIER_RULE = "tier_rule"
_MOST_ON_ROW = 4
_STATES = {"lingers": Text("lingers", "延续"), "carried": Text("carried, as last seen", "沿用上次结果")}


class _Ground(NamedTuple):
    held: Held
    loans: tuple[str, ...]


def classification_blocks(report: Report, voice: Voice) -> Iterator[Block]:
    """Yield how each tier came about, the rules that held with their source, what is open, and provisions."""
    decision = report.decision
    yield Prose(
        voice(
            f"The borrower's tier is {voice.of(decision.tier.text)}: the worst of what the rules demand and of an "
            "approved override, else what the model proposes, which alone goes no further than special mention.",
            f"本户五级分类为{voice.of(decision.tier.text)}。分类取监管规则下限与有效人工调整中的较差者；"
            "无规则触发时取模型建议，模型建议最差为关注。",
        )
    )
    yield voice.table(
        (
            ("Loan", "借据", 0.24),
            ("Rules demand at best", "规则下限", 0.19),
            ("Model proposes", "模型建议", 0.17),
            ("Override", "人工调整", 0.24),
            ("Tier", "认定分类", 0.16),
        ),
        (_parts(one, voice, in_default=decision.in_default) for one in decision.loans),
        voice("No loan of the borrower is alive.", "无存续贷款，无需分类。"),
    )
    yield Heading(voice("Legal basis", "分类依据"))
    yield voice.table(
        (
            ("What holds", "触发事项", 0.36),
            ("At best", "分类下限", 0.14),
            ("Loans", "涉及借据", 0.18),
            ("Source", "依据", 0.32),
        ),
        (_ground(one, decision, voice) for one in _grounds(decision)),
        voice(
            "No rule demands a tier worse than pass; the tier is the model's proposal or an override.",
            "未触发任何下调规则，分类来自模型建议或人工调整。",
        ),
    )
    yield from _open_questions(decision, voice)
    yield Heading(voice("Expected loss and provisions (indicative)", "预期损失与准备金测算（参考，不作入账依据）"))
    yield _provisions(decision, voice)


def _grounds(decision: Decision) -> list[_Ground]:
    """Return each rule once with the loans it holds for, the gravest first."""
    whole = [one for one in decision.held if one.kind == TIER_RULE]
    found: dict[tuple[str, str], _Ground] = {(one.code, one.state): _Ground(one, ()) for one in whole}
    for loan in decision.loans:
        for held in loan.held:
            key = (held.code, held.state)
            loans = found[key].loans if key in found else ()
            found[key] = _Ground(found[key].held if key in found else held, (*loans, loan.loan_id))
    return sorted(found.values(), key=lambda one: (-Tier(one.held.gives).rank, one.held.code))


def _parts(loan: LoanDecision, voice: Voice, *, in_default: bool) -> tuple[Cell | str, ...]:
    override = loan.override
    proposal = None if in_default else loan.proposal
    if override is None:
        told = Cell(NOTHING)
    else:
        until = voice(f"until {override.expires_on}", f"有效期至 {override.expires_on}")
        told = Cell(voice.of(override.tier.text), small=f"{override.reason}\n{until}")
    return (
        Cell(loan.loan_id, is_code=True),
        NOTHING if loan.floor is None else voice.of(loan.floor.text),
        NOTHING if proposal is None else voice.of(proposal.text),
        told,
        Cell(voice.of(loan.tier.text), "late" if loan.tier.non_performing else ""),
    )


def _ground(ground: _Ground, decision: Decision, voice: Voice) -> tuple[Cell | str, ...]:
    held = ground.held
    state = _STATES.get(held.state)
    shown, more = ground.loans[:_MOST_ON_ROW], len(ground.loans) - _MOST_ON_ROW
    loans = "\n".join(shown) + (voice(f"\nand {more} more", f"\n等 {len(ground.loans)} 笔") if more > 0 else "")
    if not ground.loans or len(ground.loans) == len(decision.loans) > 1:
        loans = voice("all", "全部")
    return (
        Cell(
            voice.tell.held_sentence(decision, held, voice.language),
            small=" · ".join(filter(None, (held.code, "" if state is None else voice.of(state)))),
        ),
        voice.of(Tier(held.gives).text),
        Cell(loans, is_code=True),
        source_of(decision, held, voice),
    )


def source_of(decision: Decision, held: Held, voice: Voice) -> str:
    """Return the source of a rule with its article; a dash where that can no longer be read."""
    origin = voice.tell.origin(decision, held)
    if origin.source is None:
        return NOTHING
    return source_text(origin.source, origin.article, voice.language)


def _open_questions(decision: Decision, voice: Voice) -> Iterator[Block]:
    codes = sorted({code for loan in decision.loans for code in loan.undecided})
    if codes:
        asked = [Held(TIER_RULE, code, Tier.PASS.value, {}) for code in codes]
        told = voice("; ", "；").join(voice.tell.held_sentence(decision, one, voice.language) for one in asked)
        yield Note(
            voice(
                f"Could not be judged, since a fact is not known: {told}.",
                f"因所需事实未知，下列规则本期未能判断：{told}。",
            )
        )
    if decision.assess:
        members = voice.list(decision.assess)
        yield Prose(
            voice(
                f"Group members in default: {members}. What that means for this borrower is to be assessed; the tier "
                "does not follow by itself.",
                f"集团成员 {members} 违约，应评估对本户的影响（分类不自动下调）。",
            )
        )


def _provisions(decision: Decision, voice: Voice) -> Block:
    unit = voice.of(UNIT)
    return voice.table(
        (
            ("Loan", "借据", 0.24),
            ("Stage", "阶段", 0.10),
            ("Loss given default", "违约损失率", 0.14),
            (f"Expected loss\n({unit})", f"预期损失\n（{unit}）", 0.18),
            (f"General\n({unit})", f"一般准备\n（{unit}）", 0.17),
            (f"Specific\n({unit})", f"专项准备\n（{unit}）", 0.17),
        ),
        (
            (
                Cell(loan.loan_id, is_code=True),
                NOTHING if loan.stage is None else str(loan.stage),
                number(share(loan.lgd)),
                *(
                    number(in_table(fen, voice.language))
                    for fen in (loan.expected_loss_fen, loan.provision_general_fen, loan.provision_specific_fen)
                ),
            )
            for loan in decision.loans
        ),
        voice("Nothing to provide for.", "无需计提。"),
    )
