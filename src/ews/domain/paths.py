"""Paths (传染路径): through whom trouble reaches a borrower."""

from dataclasses import dataclass
from enum import StrEnum

from ews.domain.text import Text


class Channel(StrEnum):
    """Where risk comes from."""

    OWN = "own"
    GUARANTEES = "guarantees"
    GROUP = "group"

    @property
    def text(self) -> Text:
        return _TEXT[self]


@dataclass(frozen=True, slots=True)
class Hop:
    """A party on the way; what is unknown about it is null."""

    party_id: str
    name: str | None
    branch_id: str | None
    dpd: int | None
    in_default: bool | None
    tier: str | None
    grade: str | None


@dataclass(frozen=True, slots=True)
class Path:
    """`hops` lead from the nearest party to the one in trouble; `amount_fen` is what is guaranteed, null elsewhere."""

    channel: Channel
    hops: tuple[Hop, ...]
    amount_fen: int | None


_TEXT = {
    Channel.OWN: Text("own", "自身"),
    Channel.GUARANTEES: Text("guarantees", "担保"),
    Channel.GROUP: Text("group", "关联"),
}
