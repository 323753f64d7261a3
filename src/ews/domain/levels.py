"""Ordered words of a decision: tier (五级分类) and warning level (预警等级).

Both run from good to bad, so that the worst of several is their maximum by `rank`.
"""

from collections.abc import Iterable
from enum import StrEnum

from ews.domain.text import Text


class Tier(StrEnum):
    """Five classes of CBIRC and PBoC Order [2023] No. 1; the last three are non-performing (不良)."""

    PASS = "pass"  # noqa: S105 - a class of loan, not a password
    SPECIAL_MENTION = "special_mention"
    SUBSTANDARD = "substandard"
    DOUBTFUL = "doubtful"
    LOSS = "loss"

    @property
    def rank(self) -> int:
        """0 for pass to 4 for loss."""
        return list(Tier).index(self)

    @property
    def non_performing(self) -> bool:
        return self.rank >= Tier.SUBSTANDARD.rank

    @property
    def text(self) -> Text:
        return _TIER_TEXT[self]


class WarningLevel(StrEnum):
    """How urgent a warning is; red is the gravest."""

    NONE = "none"
    YELLOW = "yellow"
    ORANGE = "orange"
    RED = "red"

    @property
    def rank(self) -> int:
        """0 for none to 3 for red."""
        return list(WarningLevel).index(self)

    @property
    def text(self) -> Text:
        return _LEVEL_TEXT[self]


_TIER_TEXT = {
    Tier.PASS: Text("pass", "正常"),
    Tier.SPECIAL_MENTION: Text("special mention", "关注"),
    Tier.SUBSTANDARD: Text("substandard", "次级"),
    Tier.DOUBTFUL: Text("doubtful", "可疑"),
    Tier.LOSS: Text("loss", "损失"),
}
_LEVEL_TEXT = {
    WarningLevel.NONE: Text("none", "无预警"),
    WarningLevel.YELLOW: Text("yellow", "黄色预警"),
    WarningLevel.ORANGE: Text("orange", "橙色预警"),
    WarningLevel.RED: Text("red", "红色预警"),
}


def worst_tier(tiers: Iterable[Tier]) -> Tier:
    """Return the worst of `tiers`, pass where there is none."""
    return max(tiers, key=lambda tier: tier.rank, default=Tier.PASS)


def worst_level(levels: Iterable[WarningLevel]) -> WarningLevel:
    """Return the gravest of `levels`, none where there is none."""
    return max(levels, key=lambda level: level.rank, default=WarningLevel.NONE)
