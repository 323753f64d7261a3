"""Audit faults: what a check of the log may find, in words that say what was done and what to do."""

from dataclasses import dataclass
from enum import StrEnum

from ews.domain.text import Text


class FaultKind(StrEnum):
    """Of entries: altered, missing, unlinked, rewritten, cut_off. Of rows: changed, deleted, inserted, unproven, bent.

    Of derived rows: misleading.
    """

    ALTERED = "altered"
    MISSING = "missing"
    UNLINKED = "unlinked"
    REWRITTEN = "rewritten"
    CUT_OFF = "cut_off"
    WITNESS_MISSING = "witness_missing"
    WITNESS_DAMAGED = "witness_damaged"
    CHANGED = "changed"
    DELETED = "deleted"
    INSERTED = "inserted"
    UNPROVEN = "unproven"
    BENT = "bent"
    MISLEADING = "misleading"


_ROW = Text("Row {key} of {table}", "表 {table} 的行 {key}")
_SET = Text("The {table} of publication {key}", "第 {key} 次发布的 {table}")
_TEXTS = {
    FaultKind.ALTERED: Text(
        "Entries {first} to {last} of the audit log are not as they were written, or written with another key.",
        "审计日志第 {first} 至 {last} 条与写入时不符，或以其他密钥写入。",
    ),
    FaultKind.MISSING: Text(
        "Entries {first} to {last} of the audit log are missing: they were deleted.",
        "审计日志缺少第 {first} 至 {last} 条：已被删除。",
    ),
    FaultKind.UNLINKED: Text(
        "Entry {first} of the audit log does not follow the entry before it: that one was exchanged.",
        "审计日志第 {first} 条与前一条不衔接：前一条已被调换。",
    ),
    FaultKind.REWRITTEN: Text(
        "Entries {first} to {last} of the audit log are not those that the witness noted: the log was written anew, "
        "or the store was put back to an older state and used on.",
        "审计日志第 {first} 至 {last} 条与见证文件所记不符：日志被重写，或数据库恢复旧版后继续使用。",
    ),
    FaultKind.CUT_OFF: Text(
        "The witness noted entries up to {last}, the audit log ends before {first}: its tail was cut off, or the store "
        "was put back to an older state.",
        "见证文件记有至第 {last} 条，审计日志在第 {first} 条之前中断：末尾被截去，或数据库被恢复为旧版。",
    ),
    FaultKind.WITNESS_MISSING: Text(
        "The witness '{key}' is missing or empty though the audit log has entries: a cut-off tail would not show.",
        "见证文件 {key} 缺失或为空，而审计日志已有记录：末尾若被截去将无从发现。",
    ),
    FaultKind.WITNESS_DAMAGED: Text("Line {key} of the witness is damaged.", "见证文件第 {key} 行已损坏。"),
    FaultKind.CHANGED: Text(
        "{what} was changed beside the log; its newest entry is {first}.",
        "{what}在日志之外被修改；其最新记录为第 {first} 条。",
    ),
    FaultKind.DELETED: Text(
        "{what} was deleted beside the log; its newest entry is {first}.",
        "{what}在日志之外被删除；其最新记录为第 {first} 条。",
    ),
    FaultKind.INSERTED: Text(
        "{what} was inserted beside the log: no entry tells of it.", "{what}在日志之外被插入：日志无任何记录。"
    ),
    FaultKind.BENT: Text(
        "{what} was changed beside the log after entry {first}, and entry {last} went on from that.",
        "{what}在第 {first} 条记录之后曾在日志之外被修改，第 {last} 条是在其基础上作出的。",
    ),
    FaultKind.MISLEADING: Text(
        "{what} is not what the case says: lists of work leave the case out or show it wrongly. 'ews casework relist' "
        "derives it anew.",
        "{what}与案件本身不符：工作清单会遗漏或错示该案件。用 ews casework relist 重新生成。",
    ),
    FaultKind.UNPROVEN: Text(
        "{what} is not proven: entry {first}, the newest that tells of it, is not as it was written.",
        "{what}无法证明：其最新记录第 {first} 条与写入时不符。",
    ),
}


@dataclass(frozen=True, slots=True)
class Fault:
    """`table` and `key` of a row, `key` a publication for decisions and records; `first` to `last` are entries."""

    kind: FaultKind
    table: str
    key: str | None = None
    first: int | None = None
    last: int | None = None

    @property
    def text(self) -> Text:
        said = _TEXTS[self.kind]
        what = _SET if self.table in {"decisions", "records", "packed_records"} else _ROW
        return Text(self._filled(said.en, what.en), self._filled(said.zh, what.zh))

    def _filled(self, said: str, what: str) -> str:
        names = {"table": self.table, "key": self.key, "first": self.first, "last": self.last}
        return said.format(what=what.format(**names), **names)
