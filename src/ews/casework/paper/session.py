"""The quarterly session of a branch on paper: sums by tier, the list of its forms, then each form on a page of its own.

Order  the gravest first: by the worst tier determined (initial where nobody has yet), warning level, balance
"""

from collections.abc import Mapping, Sequence
from datetime import datetime

from ews.casework.dossier.values import NOTHING
from ews.casework.paper.paper import Block, Cell, Heading, Paper, Row, Say, Section, Table, minute
from ews.casework.paper.review import money_text, review_paper, state_text, table_of
from ews.casework.reviews.form import ReviewBody, ReviewForm
from ews.domain.levels import Tier
from ews.domain.text import Text

TITLE = Text("Quarterly session of a branch", "支行季度风险评审汇总表")


def session_paper(
    forms: Sequence[ReviewForm],
    say: Say,
    words: Mapping[str, Text],
    printed_at: datetime,
    *,
    branch_id: str,
    quarter: str,
) -> Paper:
    """Return the sums and the list of a branch, then the form of each borrower on its own page, the gravest first."""
    ordered = sorted(forms, key=_gravest_first)
    sections = [
        Section(say.word(Text("By tier", "按五级分类")), (_by_tier(forms, say),)),
        Section(say.word(Text("All forms", "评审清单")), (_list(ordered, say),)),
    ]
    for form in ordered:
        paper = review_paper(form, say, words, printed_at)
        blocks: list[Block] = []
        for part in paper.sections:
            blocks += [Heading(part.heading), *part.blocks]
        sections.append(Section(f"{paper.subtitle} {form.case.borrower_id}", tuple(blocks), is_new_page=True))
    states = [form.case.state for form in forms]
    figures = tuple(
        (Cell(str(states.count(state))), state_text(state, say))
        for state in ("prepared", "returned", "determined", "approved")
    )
    return Paper(
        title=say.word(TITLE),
        subtitle=f"{branch_id} · {quarter}",
        about=" · ".join(sorted({str(form.case.portfolio) for form in forms})),
        badge=None,
        figures=figures,
        sections=tuple(sections),
        footer=f"{branch_id} · {quarter} · {minute(printed_at)}",
        made_at=printed_at,
        language=say.languages[0],
    )


def _gravest_first(form: ReviewForm) -> tuple[int, int, int, str]:
    body = form.body
    return -_tier(body).rank, -body.monitoring.level.rank, -_balance(body), form.case.borrower_id or ""


def _tier(body: ReviewBody) -> Tier:
    """Return the worst tier of the loans as determined, the initial one where nobody has determined yet."""
    made = () if body.determination is None else body.determination.tiers.values()
    return max(made, key=lambda tier: tier.rank, default=body.tier)


def _balance(body: ReviewBody) -> int:
    return sum(loan.balance_fen or 0 for loan in body.loans)


def _by_tier(forms: Sequence[ReviewForm], say: Say) -> Table:
    """Return number, balance and provisions of each tier; what is not known is not in the sums."""
    heads = (
        (Text("Tier", "分类"), 0.20),
        (Text("Initial", "初分（户）"), 0.15),
        (Text("Determined", "认定后（户）"), 0.15),
        (Text("Balance", "余额"), 0.25),
        (Text("Provision", "拨备"), 0.25),
    )
    rows = [
        _tier_row(tier.text, [one for one in forms if one.body.tier is tier], _of(forms, tier), say) for tier in Tier
    ]
    return table_of(heads, [*rows, _tier_row(Text("Total", "合计"), forms, forms, say)], say, Text("", ""))


def _of(forms: Sequence[ReviewForm], tier: Tier) -> list[ReviewForm]:
    return [form for form in forms if _tier(form.body) is tier]


def _tier_row(name: Text, initial: Sequence[ReviewForm], determined: Sequence[ReviewForm], say: Say) -> Row:
    provisions = [_provision(form.body) or 0 for form in determined]
    balance = sum(_balance(form.body) for form in determined)
    told = (str(len(initial)), str(len(determined)), money_text(balance), money_text(sum(provisions)))
    return Row((Cell(say.word(name)), *(Cell(one, is_number=True) for one in told)))


def _provision(body: ReviewBody) -> int | None:
    given = [fen for fen in (body.provisions.general_fen, body.provisions.specific_fen) if fen is not None]
    return sum(given) if given else None


def _list(forms: Sequence[ReviewForm], say: Say) -> Table:
    heads = (
        (Text("Borrower", "借款人"), 0.26),
        (Text("Form", "评审表"), 0.13),
        (Text("Initial tier", "初分"), 0.13),
        (Text("Determined", "认定"), 0.18),
        (Text("State", "状态"), 0.14),
        (Text("Provision", "拨备"), 0.16),
    )
    rows = []
    for form in forms:
        body, made = form.body, form.body.determination
        worst = None if made is None else max(made.tiers.values(), key=lambda tier: tier.rank, default=None)
        rows.append(
            Row(
                (
                    Cell(body.name or NOTHING, small=form.case.borrower_id or ""),
                    Cell(form.case.case_id),
                    Cell(say.word(body.tier.text)),
                    Cell(
                        NOTHING if worst is None else say.word(worst.text),
                        "late" if worst is not None and worst is not body.tier else "",
                        "" if made is None else f"{made.by} {made.on}",
                    ),
                    Cell(state_text(form.case.state, say)),
                    Cell(money_text(_provision(body)), is_number=True),
                )
            )
        )
    return table_of(heads, rows, say, Text("The session has no forms.", "无评审表。"))
