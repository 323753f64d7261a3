"""Told: the words for what a look at a model found, in both languages."""

from collections.abc import Mapping

from ews.domain.text import Text
from ews.monitoring.health.feeds import FeedState
from ews.monitoring.health.shifts import Moved

MOVED_TEXTS: Mapping[Moved, Text] = {
    Moved.STABLE: Text("stable", "稳定"),
    Moved.USUAL: Text("within what months differ by", "属月度惯常差异"),
    Moved.MOVED: Text("moved", "有变化"),
    Moved.MOVED_FAR: Text("moved far", "显著偏移"),
    Moved.VANISHED: Text("vanished", "全部缺失"),
    Moved.CONSTANT: Text("constant", "取值恒定"),
    Moved.APPEARED: Text("not known when it learnt", "训练时尚无"),
    Moved.TOO_FEW: Text("too few to say", "户数太少"),
}
FEED_TEXTS: Mapping[FeedState, Text] = {
    FeedState.ON_TIME: Text("on time", "正常"),
    FeedState.LATE: Text("late", "延迟"),
    FeedState.THIN: Text("thin", "量少"),
    FeedState.MISSING: Text("missing", "缺失"),
    FeedState.ABSENT: Text("not there, not needed", "无，且不需要"),
}
RATE = Text(
    "Where nothing has moved, drift or outcomes raise an alarm in at most {share} of years, with {columns} columns "
    "looked at in {looks} batches a year.",
    "若无任何变化，一年内由偏移或实际违约引发误报的概率不超过 {share}（每年 {looks} 个批次、每批 {columns} 项）。",
)
OVERLAP = Text(
    "* batches that share no month of outcomes; the others count the same defaults again. … still running: defaults "
    "so far.",
    "* 表现期互不重叠的批次，其余批次会重复计入同一违约。… 表现期未结束，仅为已发生的违约。",
)
