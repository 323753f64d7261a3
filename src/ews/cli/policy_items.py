"""Policy items: one thing of the policy as a terminal shows it: what it says, dimmed what it means and its source."""

from collections.abc import Sequence
from dataclasses import dataclass

from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.table import Table

from ews.cli.lines import Lines
from ews.domain.text import Text
from ews.policy.entries import TO_VERIFY

INDENT = (0, 0, 0, 4)
ROLES = {"officer": "客户经理", "branch_manager": "支行负责人", "risk_manager": "风险经理", "head_office": "总行"}


@dataclass(frozen=True, slots=True)
class Item:
    """Something that a code or a name stands for, in the lines of `shown`; tables have no label."""

    label: str
    shown: RenderableType


def told_lines(head: str, told: str) -> RenderableType:
    return Group(Lines(head), Padding(Lines(told, "dim"), INDENT))


def source_text(source: str, article: str | None, confidence: str) -> str:
    """Return source, article and confidence; what nobody has looked up is said in words."""
    told = source.replace(TO_VERIFY, "").strip()
    if article is not None:
        told += f", art. {article.replace(TO_VERIFY, '').strip()}"
    if TO_VERIFY in source:
        return f"{told} [{confidence}, 待核 to verify]"
    return (
        f"{told} [{confidence}, 条款待核 article to verify]"
        if TO_VERIFY in (article or "")
        else f"{told} [{confidence}]"
    )


def both(text: Text) -> str:
    return f"{text.zh} {text.en}"


def told_table(columns: tuple[str, ...], rows: Sequence[tuple[str, ...]], *, right: tuple[int, ...]) -> Table:
    shown = Table(title_justify="left")
    for number, name in enumerate(columns):
        shown.add_column(name, justify="right" if number in right else "left", overflow="fold")
    for row in rows:
        shown.add_row(*(cell if number in right else Lines(cell) for number, cell in enumerate(row)))
    return shown
