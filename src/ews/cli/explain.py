"""The command that explains a borrower: the answer first, then why, then what it rests on."""

import json

from rich.console import Console, Group, RenderableType
from rich.panel import Panel
from rich.table import Table
from rich.text import Text as Styled

from ews.cli import show
from ews.cli.settings import Settings, policy_of
from ews.domain.decisions import Decision
from ews.domain.levels import WarningLevel
from ews.domain.text import Language, Text
from ews.policy.policy import Policy
from ews.scoring import wording
from ews.scoring.lookup import find_decision
from ews.store.engine import open_store

TOP_REASONS = 5
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
    "because": Text("because", "依据"),
    "todo": Text("To do", "处置要求"),
    "blind": Text("No data on", "缺少数据"),
    "industry": Text("industry", "行业"),
    "officer": Text("officer", "客户经理"),
    "as_of": Text("as of", "观察时点"),
    "batch": Text("batch", "批次"),
    "model": Text("model", "模型"),
}
_BLIND = {
    "account_flows": Text("account flows", "账户流水"),
    "credit_inquiries": Text("credit inquiries", "征信查询"),
    "guarantee_exposure": Text("guarantees", "对外担保"),
    "card_overdraft": Text("cards", "信用卡"),
    "repayment_history": Text("repayment history", "还款记录"),
}


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
    parts: list[RenderableType] = [
        Styled(f" {wording.headline(decision, language)} ", style=_STYLE[decision.level]),
        _who(decision, word),
    ]
    action = wording.action_text(decision, policy, language)
    if action:
        parts.append(Styled(f"{word['todo']}  {action}", style="bold"))
    if decision.blind:
        missing = ", ".join(_BLIND[name].in_(language) for name in decision.blind)
        parts.append(Styled(f"{word['blind']}  {missing}", style="italic"))
    if decision.reasons:
        parts.append(_reasons(decision, language, word))
    if decision.held:
        parts.append(_held(decision, policy, language, word))
    parts.append(_loans(decision, policy, language, word))
    batch, model = f"{word['batch']} {decision.batch_id[:12]}", f"{word['model']} {decision.model_id[:12]}"
    parts.append(Styled(f"{word['as_of']} {decision.as_of} · {batch} · {model}", style="dim"))
    title = f"{decision.name or ''} {decision.borrower_id}".strip()
    console.print(Panel(Group(*parts), title=title, title_align="left"))


def _who(decision: Decision, word: dict[str, str]) -> Styled:
    place = [part for part in (decision.industry, decision.region, decision.branch_id) if part]
    officer = f" · {word['officer']} {decision.officer_id}" if decision.officer_id else ""
    return Styled(" · ".join(place) + officer, style="dim")


def _reasons(decision: Decision, language: Language, word: dict[str, str]) -> Table:
    shown = Table(
        title=word["why"], title_justify="left", title_style="bold", show_header=False, box=None, pad_edge=False
    )
    shown.add_column(justify="right", style="dim")
    shown.add_column(ratio=1)
    shown.add_column(justify="right")
    raising = [reason for reason in decision.reasons if reason.log_odds > 0][:TOP_REASONS]
    told = raising or list(decision.reasons[:1])
    longest = max(abs(reason.log_odds) for reason in told) or 1.0
    for number, reason in enumerate(told, start=1):
        bar = "▇" * max(1, round(8 * abs(reason.log_odds) / longest))
        shown.add_row(str(number), wording.reason_sentence(reason, language), f"{bar} {reason.log_odds:+.2f}")
    shown.caption = word["adds"]
    shown.caption_justify = "right"
    return shown


def _held(decision: Decision, policy: Policy, language: Language, word: dict[str, str]) -> Table:
    shown = Table(
        title=word["signals"], title_justify="left", title_style="bold", show_header=False, box=None, pad_edge=False
    )
    shown.add_column(style="dim", no_wrap=True)
    shown.add_column(no_wrap=True)
    shown.add_column(ratio=1)
    for held in decision.held:
        given = wording.given_text(held, language)
        shown.add_row(held.code, given, wording.held_sentence(held, policy, language))
    return shown


def _loans(decision: Decision, policy: Policy, language: Language, word: dict[str, str]) -> Table:
    shown = Table(title=word["loans"], title_justify="left", title_style="bold", box=None, pad_edge=False)
    for name in ("loan", "product"):
        shown.add_column(word[name], no_wrap=True)
    for name in ("balance", "dpd"):
        shown.add_column(word[name], justify="right", no_wrap=True)
    shown.add_column(word["tier"], no_wrap=True)
    shown.add_column(word["because"], ratio=1)
    for loan in decision.loans:
        because = "；".join(wording.held_sentence(held, policy, language) for held in loan.held)
        shown.add_row(
            loan.loan_id,
            wording.PRODUCTS[loan.product].in_(language),
            wording.value_text("balance", loan.balance_fen, language),
            wording.value_text("dpd", loan.dpd, language),
            loan.tier.text.in_(language),
            because,
        )
    return shown
