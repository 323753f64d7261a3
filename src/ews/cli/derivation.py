"""How a decision came about, as a terminal shows it: signals, tiers of the loans, who passes trouble on."""

from datetime import date

from rich.cells import cell_len, set_cell_size
from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text as Styled

from ews.cli.lines import Lines
from ews.domain.decisions import Decision, Held, LoanDecision
from ews.domain.levels import Tier, WarningLevel
from ews.domain.products import PRODUCT_TEXTS
from ews.domain.text import Language, Text
from ews.policy.policy import Policy
from ews.scoring import grounds, wording

GAP = "  "
_WORDS = {
    "signals": Text("What held", "触发的规则与信号"),
    "undecided": Text("Not judged, for want of data", "缺少数据，无法判断"),
    "loans": Text("Loans", "贷款与分类依据"),
    "loan": Text("loan", "借据"),
    "product": Text("product", "产品"),
    "balance": Text("balance", "余额"),
    "dpd": Text("days past due", "逾期天数"),
    "tier": Text("tier", "五级分类"),
    "also": Text("milder rules that hold too", "同时成立的较轻规则"),
    "lifted": Text("lifted by", "解除"),
    "source": Text("source", "依据"),
    "from": Text("Where risk comes from", "风险来源"),
    "paths": Text("Paths", "传染路径"),
    "lent": Text("Used for a day before they came into force", "生效前借用的参数"),
}


def signals(decision: Decision, policy: Policy | None, language: Language) -> RenderableType | None:
    """Return the rules that hold for the borrower as a whole, gravest first, each with what it rests on."""
    if not decision.held:
        return None
    shown = grid(_word("signals", language))
    shown.add_column(style="dim", overflow="fold")
    shown.add_column(overflow="fold")
    shown.add_column(ratio=1)
    for held in sorted(decision.held, key=_gravity, reverse=True):
        given = wording.given_text(held, language)
        told = [Lines(wording.held_sentence(held, policy, language))]
        told += [Lines(text, "dim") for text in _because(held, policy, decision.as_of, language)]
        shown.add_row(held.code, given, Group(*told))
    return shown


def contagion(decision: Decision, language: Language) -> list[RenderableType]:
    """Return which part of the risk is the borrower's own, which comes through others, and through whom."""
    parts: list[RenderableType] = []
    split = grounds.split_text(decision, language)
    if split:
        parts.append(Lines(f"{_word('from', language)}{GAP}{split}"))
    if decision.paths:
        parts.append(Styled(_word("paths", language), style="bold italic"))
        parts += [Lines(grounds.path_text(path, decision.borrower_id, language)) for path in decision.paths]
    if decision.assess:
        parts.append(Lines(grounds.assess_text(decision.assess, language), "bold"))
    return parts


def loans(decision: Decision, policy: Policy | None, language: Language) -> list[RenderableType]:
    """Return the loans in columns; below each what its tier is made of, for which no column has the room."""
    if not decision.loans:
        return []
    rows = [
        [_word(name, language) for name in ("loan", "product", "balance", "dpd", "tier")],
        *(
            [
                loan.loan_id,
                PRODUCT_TEXTS[loan.product].in_(language),
                wording.value_text("balance", loan.balance_fen, language),
                wording.value_text("dpd", loan.dpd, language),
                loan.tier.text.in_(language),
            ]
            for loan in decision.loans
        ),
    ]
    widths = [max(map(cell_len, column)) for column in zip(*rows, strict=True)]
    head, *body = (_columns(row, widths) for row in rows)
    parts: list[RenderableType] = [Styled(_word("loans", language), style="bold italic"), Lines(head, "bold")]
    for loan, line in zip(decision.loans, body, strict=True):
        parts.append(Lines(line))
        told = _tier_of(loan, policy, decision.as_of, language)
        parts.extend(Padding(Lines(text, "dim"), (0, 0, 0, indent * len(GAP))) for indent, text in told if text)
    return parts


def notes(decision: Decision, language: Language) -> list[RenderableType]:
    """Return what could not be judged, and which parameters were lent."""
    comma = "、" if language is Language.ZH else ", "
    told = (("undecided", decision.undecided), ("lent", decision.lent))
    return [Lines(f"{_word(name, language)}{GAP}{comma.join(codes)}", "dim") for name, codes in told if codes]


def grid(title: str) -> Table:
    return Table(title=title, title_justify="left", title_style="bold", show_header=False, box=None, pad_edge=False)


def _because(held: Held, policy: Policy | None, on: date, language: Language) -> list[str]:
    """Return since when, what would lift it, and the source, each where there is something to say."""
    lifts = grounds.lifts_text(held, policy, on, language)
    source = grounds.source_text(held, policy, language)
    told = [
        grounds.state_text(held, language),
        f"{_word('lifted', language)}: {lifts}" if lifts else "",
        f"{_word('source', language)}: {source}" if source else "",
    ]
    return [text for text in told if text]


def _tier_of(loan: LoanDecision, policy: Policy | None, on: date, language: Language) -> list[tuple[int, str]]:
    """Return lines with their indent: parts of the tier, the rules that give it, milder ones, payments, money."""
    lines = [(1, grounds.parts_text(loan, language))]
    for held in loan.held:
        if _gravity(held) == loan.tier.rank:
            told, sentence = wording.given_text(held, language), wording.held_sentence(held, policy, language)
            lines.append((1, f"{held.code} {told}: {sentence}"))
            lines += [(2, text) for text in _because(held, policy, on, language)]
    comma = "、" if language is Language.ZH else ", "
    milder = [held for held in sorted(loan.held, key=_gravity, reverse=True) if _gravity(held) < loan.tier.rank]
    also = comma.join(f"{held.code} {wording.given_text(held, language)}" for held in milder)
    lines.append((1, f"{_word('also', language)}: {also}" if also else ""))
    undecided = f"{_word('undecided', language)}: {comma.join(loan.undecided)}" if loan.undecided else ""
    known = (grounds.due_text(loan, on, language), grounds.record_text(loan, language))
    last = (*known, grounds.money_parts_text(loan, language), undecided)
    return [*lines, *((1, text) for text in last)]


def _gravity(held: Held) -> int:
    """Return how grave a rule is: special mention like yellow, all that is non-performing like red and beyond."""
    if held.kind != "tier_rule":
        return WarningLevel(held.gives).rank
    return Tier(held.gives).rank


def _columns(row: list[str], widths: list[int]) -> str:
    """Return the cells side by side, amounts and days to the right."""
    cells = (
        " " * (width - cell_len(cell)) + cell if number in {2, 3} else set_cell_size(cell, width)
        for number, (cell, width) in enumerate(zip(row, widths, strict=True))
    )
    return GAP.join(cells).rstrip()


def _word(name: str, language: Language) -> str:
    return _WORDS[name].in_(language)
