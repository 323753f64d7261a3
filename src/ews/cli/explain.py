"""The command that explains a borrower: the answer first, then why, then what it rests on."""

import json

from rich.cells import cell_len
from rich.console import Console, Group, RenderableType
from rich.panel import Panel
from rich.table import Table
from rich.text import Text as Styled

from ews.cli import derivation, show
from ews.cli.lines import Lines
from ews.cli.settings import Settings
from ews.cli.told import policy_by_hash
from ews.domain.decisions import Decision, Reason
from ews.domain.levels import WarningLevel
from ews.domain.text import Language, Text
from ews.domain.unit import UnitMember
from ews.features.catalogue import FAMILIES, family_name
from ews.policy.policy import Policy
from ews.scoring import grounds, wording
from ews.scoring.lookup import find_decision
from ews.store.engine import open_store

TOP_REASONS = 5
MOST_MEMBERS = 8
BLOCKS_PER_LOG_ODDS, MOST_BLOCKS = 4, 12
"""Bars have one scale, so that those of two borrowers can be compared."""
_FRAME = 6
"""Cells of a panel's upper edge that its title cannot use."""
_STYLE = {
    WarningLevel.RED: "bold white on red",
    WarningLevel.ORANGE: "bold black on dark_orange",
    WarningLevel.YELLOW: "bold black on yellow",
    WarningLevel.NONE: "bold white on green",
}
_WORDS = {
    "why": Text("Why", "为什么"),
    "adds": Text("adds to log-odds", "对数几率贡献"),
    "todo": Text("To do", "处置要求"),
    "customer": Text("Customer type", "客户类型"),
    "blind": Text("No data on", "缺少数据"),
    "unit": Text("Economic unit", "经济单元"),
    "industry": Text("industry", "行业"),
    "officer": Text("officer", "客户经理"),
    "as_of": Text("as of", "观察时点"),
    "batch": Text("batch", "批次"),
    "model": Text("model", "模型"),
    "policy": Text("policy", "策略"),
}
_FAMILIES = {family_name(family): family.TITLE for family in FAMILIES}


def explain(settings: Settings, borrower: str, language: Language, batch: str | None, *, as_json: bool) -> None:
    """Tell one borrower's decision, in the words of the policy that made it."""
    store = open_store(settings.database, create=False)
    try:
        decision = find_decision(settings.home, store, borrower, batch_id=batch)
    finally:
        store.close()
    if as_json:
        show.as_json(json.loads(decision.to_json()))
    else:
        show_decision(decision, policy_by_hash(settings)(decision.policy_hash), language, show.OUT)


def show_decision(decision: Decision, policy: Policy | None, language: Language, console: Console) -> None:
    """Print the decision in one panel; without its policy rules are told by their codes."""
    word = {name: text.in_(language) for name, text in _WORDS.items()}
    title = f"{decision.name or ''} {decision.borrower_id}".strip()
    fits = cell_len(title) <= console.width - _FRAME
    parts: list[RenderableType] = [] if fits else [Lines(title, "bold")]
    parts.append(Lines(wording.headline(decision, language), _STYLE[decision.level]))
    parts += [Lines(text, style) for text, style in _facts(decision, policy, language, word) if text]
    reasons = _told(decision.reasons)
    if reasons:
        parts.append(_reasons(reasons, language, word))
    parts += derivation.contagion(decision, language)
    held = derivation.signals(decision, policy, language)
    parts += [] if held is None else [held]
    parts += derivation.loans(decision, policy, language)
    parts += derivation.notes(decision, language)
    codes = (
        (word["batch"], decision.batch_id),
        (word["model"], decision.model_id),
        (word["policy"], decision.policy_hash),
    )
    parts.append(
        Lines(
            " · ".join((f"{word['as_of']} {decision.as_of}", *(f"{name} {code[:12]}" for name, code in codes))), "dim"
        )
    )
    console.print(Panel(Group(*parts), title=Styled(title) if fits else None, title_align="left"))


def _facts(
    decision: Decision, policy: Policy | None, language: Language, word: dict[str, str]
) -> list[tuple[str, str]]:
    """Return the lines below the headline with their styles; empty where there is nothing to say."""
    action = _action(decision, policy, language)
    kind = grounds.customer_type_text(decision, policy, language)
    return [
        (_who(decision, word), "dim"),
        (f"{word['todo']}  {action}" if action else "", "bold"),
        ("" if decision.raised is None else grounds.raised_text(decision.raised, language), "bold"),
        (grounds.level_text(decision, language), "italic"),
        (f"{word['customer']}  {kind}" if kind else "", ""),
        (f"{word['blind']}  {_missing(decision.blind, language)}" if decision.blind else "", "italic"),
        (f"{word['unit']}  {_members(decision.unit, language)}" if decision.unit else "", "dim"),
    ]


def _action(decision: Decision, policy: Policy | None, language: Language) -> str:
    """Return who must do what within how many working days."""
    action = wording.action_of(decision, policy)
    if action is None:
        return ""
    told = f"{action.who.in_(language)}: {action.text.in_(language)}"
    if action.acknowledge_days is None or action.plan_days is None:
        return told
    if language is Language.ZH:
        return f"{told}（{action.acknowledge_days} 个工作日内确认，{action.plan_days} 个工作日内定方案）"
    return f"{told} (acknowledge within {action.acknowledge_days}, plan within {action.plan_days} working days)"


def _who(decision: Decision, word: dict[str, str]) -> str:
    officer = f"{word['officer']} {decision.officer_id}" if decision.officer_id else None
    return " · ".join(part for part in (decision.industry, decision.region, decision.branch_id, officer) if part)


def _missing(blind: tuple[str, ...], language: Language) -> str:
    """Return the families without data; the bare name where an older record has one that is no longer used."""
    titles = (_FAMILIES[name].in_(language) if name in _FAMILIES else name for name in blind)
    return "、".join(titles) if language is Language.ZH else ", ".join(titles).lower()


def _members(unit: tuple[UnitMember, ...], language: Language) -> str:
    """Return who stands and falls with the borrower: role, name and id; the last of many are counted."""
    told = [f"{one.role.text.in_(language)} {one.name or ''} {one.member_id}".replace("  ", " ") for one in unit]
    more = len(told) - MOST_MEMBERS
    if more > 0:
        told[MOST_MEMBERS:] = [f"另有 {more} 户" if language is Language.ZH else f"and {more} more"]
    return " · ".join(told)


def _told(reasons: tuple[Reason, ...]) -> list[Reason]:
    """Return the reasons that raise the risk most, else the first one; none that would print as nothing."""
    seen = [reason for reason in reasons if round(reason.log_odds, 2)]
    return [reason for reason in seen if reason.log_odds > 0][:TOP_REASONS] or seen[:1]


def _reasons(reasons: list[Reason], language: Language, word: dict[str, str]) -> Table:
    shown = derivation.grid(word["why"])
    shown.expand = True
    shown.add_column(justify="right", style="dim")
    shown.add_column(ratio=1)
    shown.add_column(justify="right", no_wrap=True)
    for number, reason in enumerate(reasons, start=1):
        blocks = min(MOST_BLOCKS, max(1, round(BLOCKS_PER_LOG_ODDS * abs(reason.log_odds))))
        bar = f"{'▇' * blocks} {reason.log_odds:+.2f}"
        shown.add_row(str(number), Lines(wording.reason_sentence(reason, language)), bar)
    shown.caption = word["adds"]
    shown.caption_justify = "right"
    return shown
