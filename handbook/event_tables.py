"""Event tables: every table and column that a source may deliver, as a page, out of the schemas themselves."""

from ews.domain.text import Language, Text
from ews.events.schemas import KNOWLEDGE, TABLES, Column, EventTable

INTRODUCTION = Text(
    """# Event tables

Generated from `src/ews/events/schemas.py`. A source delivers these tables, one SELECT each: see
[Import your own bank](../how-to/import-your-bank.md). Money is in integer fen (1/100 of the currency unit); dates and
times are naive local. **Bold** columns are required. A correction repeats the key with a later `known_on`; nothing is
overwritten in place. Of the tables only those marked *required* must be there; without another, features of it are null
and decisions are *blind* on it.
""",
    """# 事件表

由 `src/ews/events/schemas.py` 生成。数据源按本页逐表提供，一张表一条 SELECT，做法见
[接入本行数据](../how-to/import-your-bank.md)。

- 金额为整数分；日期、时间均为本地时间，不带时区。**粗体**列必填。
- 更正以相同主键、更晚的 `known_on` 再次提供，不就地覆盖。
- 只有标“必需”的表必须提供；缺少其他表时，相应特征为空，结论标记为缺数据（*blind*）。
""",
)
_HEADS = Text("| column | type | meaning | values |", "| 列 | 类型 | 含义 | 取值 |")
_KEY = Text("Key", "主键")
_HAPPENED = Text("Happened on", "发生时间")
_REQUIRED = Text("required", "必需")
_ALWAYS = Text("Every table may also deliver", "每张表还可提供")
_WORDS = Text("one of", "取值")


def page(language: Language) -> str:
    """Return the page as Markdown."""
    parts = [INTRODUCTION.in_(language), *(_table(one, language) for one in TABLES)]
    always = [f"## {_ALWAYS.in_(language)}", "", *_columns(KNOWLEDGE, language), ""]
    return "\n".join([*parts, *always])


def _table(table: EventTable, language: Language) -> str:
    required = f" · {_REQUIRED.in_(language)}" if table.required else ""
    told = [f"{_KEY.in_(language)}: {', '.join(f'`{name}`' for name in table.key)}"]
    if table.happened is not None:
        told.append(f"{_HAPPENED.in_(language)}: `{table.happened}`")
    head = f"## {table.name} · {table.text.in_(language)}{required}"
    return "\n".join([head, "", "; ".join(told), "", *_columns(table.columns, language), ""])


def _columns(columns: tuple[Column, ...], language: Language) -> list[str]:
    rows = [f"| {_name(one)} | {one.kind} | {one.text.in_(language)} | {_values(one, language)} |" for one in columns]
    return [_HEADS.in_(language), "|---|---|---|---|", *rows]


def _name(column: Column) -> str:
    return f"**`{column.name}`**" if column.required else f"`{column.name}`"


def _values(column: Column, language: Language) -> str:
    """Return what a value must be: words, a range, or a key of another table."""
    told = []
    if column.choices:
        told.append(f"{_WORDS.in_(language)} {', '.join(f'`{word}`' for word in column.choices)}")
    if column.low is not None or column.high is not None:
        told.append("–".join("" if end is None else f"{end:g}" for end in (column.low, column.high)))
    if column.refers is not None:
        told.append(f"→ `{column.refers}`")
    return "; ".join(told)
