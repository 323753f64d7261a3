"""Health (模型健康): what one look at the model of the newest batch found, and how it is kept.

Kept    one JSON text per look, in the store (store/checkups.py); the same batch, book and earlier looks give the same
Nulls   what could not be looked at is null, and `unknown` says why and what to do; nothing is guessed
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any

from pydantic import TypeAdapter, ValidationError

from ews.domain.text import Text
from ews.monitoring.health.alarms import Alarm, AlarmLevel
from ews.monitoring.health.cohorts import Cohort
from ews.monitoring.health.expected import Expected
from ews.monitoring.health.feeds import Feed
from ews.monitoring.health.shifts import ColumnShift


class Unknown(StrEnum):
    """What could not be looked at."""

    NO_REFERENCE = "no_reference"
    NO_FOLDER = "no_folder"
    DAMAGED_BATCH = "damaged_batch"
    NO_BOOK = "no_book"
    DAMAGED_EARLIER = "damaged_earlier"
    NO_MATURE = "no_mature"


UNKNOWN_TEXTS: Mapping[Unknown, Text] = {
    Unknown.NO_REFERENCE: Text(
        "Drift is not known: the model was trained by a version that kept no reference statistics. Train again on the "
        "same book with the same recipe and --known-by: the same model comes out, and its statistics are kept; or "
        "train a challenger.",
        "无法判断偏移：该模型由早期版本训练，未保存参照统计。请以相同数据、方案和 --known-by 重新训练"
        "（得到同一模型并补存统计），或训练挑战者模型。",
    ),
    Unknown.NO_FOLDER: Text(
        "Drift and expected performance are not known: the folder of the batch is not here. Restore it.",
        "无法判断偏移与预期表现：批次目录不存在，请恢复。",
    ),
    Unknown.DAMAGED_BATCH: Text(
        "Drift and expected performance are not known: decisions.parquet of the batch cannot be read. Restore the "
        "folder of the batch from the backup, then run 'ews monitor' again.",
        "无法判断偏移与预期表现：批次的 decisions.parquet 无法读取。请从备份恢复批次目录，再运行 ews monitor。",
    ),
    Unknown.NO_BOOK: Text(
        "Feeds and outcomes are not known: the book is not at hand. Name it with --book.",
        "无法判断数据供给与实际违约：未找到贷款组合，请用 --book 指定。",
    ),
    Unknown.DAMAGED_EARLIER: Text(
        "The outcomes of some earlier batch are not judged: its decisions.parquet cannot be read. Restore its folder "
        "from the backup, then run 'ews monitor' again.",
        "部分历史批次的实际违约未作判断：其 decisions.parquet 无法读取。请从备份恢复批次目录，再运行 ews monitor。",
    ),
    Unknown.NO_MATURE: Text(
        "No batch of this model is old enough to be judged in full: until then only what is expected, and defaults so "
        "far, can be told.",
        "该模型尚无表现期已结束的批次：在此之前只能参考预期表现和已发生的违约。",
    ),
}


@dataclass(frozen=True, slots=True)
class ReferenceFacts:
    """Of what the model learnt from: rows, different borrowers, the first and the last day."""

    rows: int
    borrowers: int
    first: date
    last: date
    days: int


@dataclass(frozen=True, slots=True)
class Promised:
    """What the model's test had found, null where it is not known."""

    auc: float | None
    low: float | None
    high: float | None


@dataclass(frozen=True, slots=True)
class HitRate:
    """Of borrowers who came to a level or a graver one: the share in default `within_months`, null for too few."""

    at_least: str
    within_months: int
    borrowers: int
    defaulted: int
    share: float | None


@dataclass(frozen=True, slots=True)
class Volume:
    """Borrowers who were not warned in the month before and are now; `low` and `high` among up to 12 months before."""

    new_warnings: int | None
    low: int | None
    high: int | None
    months: int


@dataclass(frozen=True, slots=True)
class Rate:
    """`stated` is the share of years in which chance alone may raise an alarm, with so many batches and columns."""

    stated: float
    looks: int
    columns: int


@dataclass(frozen=True, slots=True)
class ModelHealth:
    """`cohorts` are oldest first; `shifts` are those of the features, in the model's order."""

    portfolio: str
    batch_id: str
    as_of: date
    known_by: date
    model_id: str
    book_id: str | None
    known_to: date | None
    alarms: tuple[Alarm, ...]
    unknown: tuple[Unknown, ...]
    rate: Rate
    reference: ReferenceFacts | None
    score: ColumnShift | None
    shifts: tuple[ColumnShift, ...]
    feeds: tuple[Feed, ...] | None
    cohorts: tuple[Cohort, ...]
    expected: Expected | None
    promised: Promised
    volume: Volume
    hit_rates: tuple[HitRate, ...]

    def of_level(self, level: AlarmLevel) -> tuple[Alarm, ...]:
        return tuple(one for one in self.alarms if one.level is level)

    def farthest(self, most: int) -> tuple[ColumnShift, ...]:
        """Return features that the model uses: those that raise something first, then those that lie farthest."""
        raised = {one.about for one in self.alarms}
        used = [one for one in self.shifts if one.is_used]
        return tuple(sorted(used, key=lambda one: (one.column not in raised, -(one.psi or 0.0)))[:most])


_CONTENT = TypeAdapter(ModelHealth)


def as_plain(health: ModelHealth) -> dict[str, Any]:
    """Return the health as plain values."""
    content: dict[str, Any] = _CONTENT.dump_python(health, mode="json")
    return content


def to_json(health: ModelHealth) -> str:
    return json.dumps(as_plain(health), ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False)


def from_json(text: str) -> ModelHealth | None:
    """Return what `to_json` was given, None where another version wrote it otherwise."""
    try:
        return _CONTENT.validate_json(text)
    except ValidationError:
        return None
