"""The command that explains a borrower: the answer first, then why, then what it rests on."""

import json

from rich.cells import cell_len, set_cell_size
from rich.console import Console, Group, RenderableType
from rich.padding import Padding
from rich.panel import Panel
from rich.table import Table
from rich.text import Text as Styled

from ews.cli import show
from ews.cli.lines import Lines
from ews.cli.policies import policy_of
from ews.cli.settings import Settings
from ews.domain.decisions import Decision, Held, LoanDecision, Reason
from ews.domain.levels import Tier, WarningLevel
from ews.domain.text import Language, Text
from ews.domain.unit import UnitMember
from ews.features.catalogue import FAMILIES, family_name
from ews.policy.policy import Policy
from ews.scoring import wording
from ews.scoring.lookup import find_decision
from ews.store.engine import open_store

TOP_REASONS = 5
MOST_MEMBERS = 8
BLOCKS_PER_LOG_ODDS, MOST_BLOCKS = 4, 12
"""Bars have one scale, so that those of two borrowers can be compared."""
_GAP = "  "
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
    "signals": Text("What held", "触发的规则与信号"),
    "loans": Text("Loans", "贷款与分类依据"),
    "loan": Text("loan", "借据"),
    "product": Text("product", "产品"),
    "balance": Text("balance", "余额"),
    "dpd": Text("days past due", "逾期天数"),
    "tier": Text("tier", "五级分类"),
    "todo": Text("To do", "处置要求"),
    "blind": Text("No data on", "缺少数据"),
    "unit": Text("Economic unit", "经济单元"),
    "industry": Text("industry", "行业"),
    "officer": Text("officer", "客户经理"),
    "as_of": Text("as of", "观察时点"),
    "batch": Text("batch", "批次"),
    "model": Text("model", "模型"),
}
_FAMILIES = {family_name(family): family.TITLE for family in FAMILIES}


def explain(settings: Settings, borrower: str, language: Language, batch: str | None, *, as_json: bool) -> None:
    """Tell one borrower's decision."""
    store = open_store(settings.database, create=False)
    try:
        decision = find_decision(settings.home, store, borrower, batch_id=batch)
    finally:
        store.close()
    if as_json:
        show.as_json(json.loads(decision.to_json()))
    else:
        show_decision(decision, policy_of(settings), language, show.OUT)


def show_decision(decision: Decision, policy: Policy, language: Language, console: Console) -> None:
    """Print the decision in one panel."""
    word = {name: text.in_(language) for name, text in _WORDS.items()}
    title = f"{decision.name or ''} {decision.borrower_id}".strip()
    fits = cell_len(title) <= console.width - _FRAME
    parts: list[RenderableType] = [] if fits else [Lines(title, "bold")]
    parts.append(Lines(wording.headline(decision, language), _STYLE[decision.level]))
    who = _who(decision, word)
    if who:
        parts.append(Lines(who, "dim"))
    action = wording.action_text(decision, policy, language)
    if action:
        parts.append(Lines(f"{word['todo']}  {action}", "bold"))
    if decision.blind:
        parts.append(Lines(f"{word['blind']}  {_missing(decision.blind, language)}", "italic"))
    if decision.unit:
        parts.append(Lines(f"{word['unit']}  {_members(decision.unit, language)}", "dim"))
    reasons = _told(decision.reasons)
    if reasons:
        parts.append(_reasons(reasons, language, word))
    if decision.held:
        parts.append(_held(decision, policy, language, word))
    if decision.loans:
        parts += _loans(decision.loans, policy, language, word)
    batch, model = f"{word['batch']} {decision.batch_id[:12]}", f"{word['model']} {decision.model_id[:12]}"
    parts.append(Lines(f"{word['as_of']} {decision.as_of} · {batch} · {model}", "dim"))
    console.print(Panel(Group(*parts), title=Styled(title) if fits else None, title_align="left"))


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
    shown = _grid(word["why"])
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


def _held(decision: Decision, policy: Policy, language: Language, word: dict[str, str]) -> Table:
    shown = _grid(word["signals"])
    shown.add_column(style="dim", overflow="fold")
    shown.add_column(overflow="fold")
    shown.add_column(ratio=1)
    for held in sorted(decision.held, key=_gravity, reverse=True):
        given = wording.given_text(held, language)
        shown.add_row(held.code, given, Lines(wording.held_sentence(held, policy, language)))
    return shown


def _gravity(held: Held) -> int:
    """Return how grave a rule is: special mention like yellow, all that is non-performing like red."""
    if held.kind != "tier_rule":
        return WarningLevel(held.gives).rank
    tier = Tier(held.gives)
    return WarningLevel.RED.rank if tier.non_performing else tier.rank


def _loans(
    loans: tuple[LoanDecision, ...], policy: Policy, language: Language, word: dict[str, str]
) -> list[RenderableType]:
    """Return the loans in columns; below each the rules that decide its tier, for which no column has the room."""
    rows = [
        [word[name] for name in ("loan", "product", "balance", "dpd", "tier")],
        *(
            [
                loan.loan_id,
                wording.PRODUCTS[loan.product].in_(language),
                wording.value_text("balance", loan.balance_fen, language),
                wording.value_text("dpd", loan.dpd, language),
                loan.tier.text.in_(language),
            ]
            for loan in loans
        ),
    ]
    widths = [max(map(cell_len, column)) for column in zip(*rows, strict=True)]
    head, *body = (_columns(row, widths) for row in rows)
    parts: list[RenderableType] = [Styled(word["loans"], style="bold italic"), Lines(head, "bold")]
    for loan, line in zip(loans, body, strict=True):
        parts.append(Lines(line))
        because = (_deciding(loan, policy, language), _undecided(loan, language))
        parts.extend(Padding(Lines(text, "dim"), (0, 0, 0, len(_GAP))) for text in because if text)
    return parts


def _columns(row: list[str], widths: list[int]) -> str:
    """Return the cells side by side, amounts and days to the right."""
    cells = (
        " " * (width - cell_len(cell)) + cell if number in {2, 3} else set_cell_size(cell, width)
        for number, (cell, width) in enumerate(zip(row, widths, strict=True))
    )
    return _GAP.join(cells).rstrip()


def _undecided(loan: LoanDecision, language: Language) -> str:
    """Return the rules that could not be judged for want of a fact, empty where all could be."""
    if not loan.undecided:
        return ""
    codes = "、".join(loan.undecided) if language is Language.ZH else ", ".join(loan.undecided)
    return f"缺少数据，无法判断：{codes}" if language is Language.ZH else f"not judged, for want of data: {codes}"


def _deciding(loan: LoanDecision, policy: Policy, language: Language) -> str:
    """Return the rules with the worst floor; the others are counted."""
    worst = max((Tier(held.gives).rank for held in loan.held), default=0)
    deciding = [held for held in loan.held if Tier(held.gives).rank == worst]
    told = [wording.held_sentence(held, policy, language) for held in deciding]
    others = len(loan.held) - len(deciding)
    if others:
        more = f"and {others} more with a milder tier"
        told.append(f"另有 {others} 条较轻规则成立" if language is Language.ZH else more)
    return ("；" if language is Language.ZH else "; ").join(told)


def _grid(title: str) -> Table:
    return Table(title=title, title_justify="left", title_style="bold", show_header=False, box=None, pad_edge=False)
