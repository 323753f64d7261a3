"""Told: what a batch of a day that was scored before took up from the earlier one."""

from dataclasses import dataclass
from enum import Enum

from ews.domain.text import Text


class Anew(Enum):
    """Why every borrower is decided anew though the day was scored before."""

    ASKED = Text("it was asked for", "按要求全部重算")
    KNOWLEDGE = Text("other knowledge counts", "所用信息截止日不同")
    MODEL = Text("another model", "模型不同")
    POLICY = Text("another policy", "策略不同")
    CODE = Text("another version of the program", "程序版本不同")
    COMPARED = Text("it is compared with another batch", "对比批次不同")
    NOTHING_KEPT = Text("it keeps nothing to go on from", "未保留可沿用的中间结果")
    DAMAGED = Text("a file of it is gone or was changed", "其文件缺失或被改动")


@dataclass(frozen=True, slots=True)
class Again:
    """`batch_id` is the earlier batch; its decisions stand for `kept` borrowers, `decided` were decided again.

    `tables_taken` counts the tables worked out of the book that were taken up, `tables_made` those worked out again.
    `anew` is null where the earlier batch could be taken up.
    """

    batch_id: str
    kept: int
    decided: int
    tables_taken: int
    tables_made: int
    anew: Anew | None = None
