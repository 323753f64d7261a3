"""What an import took in and what it did not: in = accepted + rejected, per table and per raw file."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, TypeVar

from ews.events.manifest import Manifest
from ews.events.rejections import Reason
from ews.events.schemas import table

K = TypeVar("K")


@dataclass(frozen=True, slots=True)
class TableResult:
    """`reasons` counts each rejected row once, under its gravest reason."""

    name: str
    delivered: int
    reasons: Mapping[Reason, int]
    covered_from: date | None
    covered_to: date | None

    @property
    def rejected(self) -> int:
        return sum(self.reasons.values())

    @property
    def accepted(self) -> int:
        return self.delivered - self.rejected


@dataclass(frozen=True, slots=True)
class FileResult:
    """Lines of a raw CSV file that the source reads; the rejected ones never reached its SQL."""

    name: str
    encoding: str
    delivered: int
    reasons: Mapping[Reason, int]

    @property
    def rejected(self) -> int:
        return sum(self.reasons.values())

    @property
    def accepted(self) -> int:
        return self.delivered - self.rejected


Part = TableResult | FileResult


@dataclass(frozen=True, slots=True)
class Carried:
    """What became of the outcomes added before: `lists` additions, `added` counts by kind what the extract lacks.

    `reasons` counts each rejected row once; the other rows stand in the book already.
    """

    lists: int
    delivered: int
    added: Mapping[str, int]
    reasons: Mapping[Reason, int]

    @classmethod
    def nothing(cls) -> "Carried":
        return cls(0, 0, {}, {})

    def with_list(self, delivered: int, added: Mapping[str, int], reasons: Mapping[Reason, int]) -> "Carried":
        """Return the counts with those of one more list."""
        return Carried(
            self.lists + 1, self.delivered + delivered, _plus(self.added, added), _plus(self.reasons, reasons)
        )

    @property
    def rejected(self) -> int:
        return sum(self.reasons.values())

    @property
    def accepted(self) -> int:
        return self.delivered - self.rejected

    @property
    def already(self) -> int:
        return self.accepted - sum(self.added.values())

    def as_dict(self) -> dict[str, Any]:
        return {
            "lists": self.lists,
            "in": self.delivered,
            "accepted": self.accepted,
            "added": dict(sorted(self.added.items())),
            "already_known": self.already,
            "rejected": self.rejected,
            "reasons": {str(reason): count for reason, count in sorted(self.reasons.items())},
        }


@dataclass(frozen=True, slots=True)
class ImportResult:
    """`quarantine` is the folder with the rejected rows, None where nothing was rejected.

    `carried` tells of the outcomes that were added to the book before; of a made-up book it is null.
    """

    manifest: Manifest
    tables: tuple[TableResult, ...]
    files: tuple[FileResult, ...]
    quarantine: Path | None = None
    carried: Carried | None = None

    @property
    def parts(self) -> tuple[Part, ...]:
        return (*self.files, *self.tables)

    def as_dict(self) -> dict[str, Any]:
        """Return the result as plain values, ready for JSON."""
        return {
            "book_id": self.manifest.book_id,
            "portfolio": self.manifest.portfolio,
            "extracted_on": self.manifest.extracted_on.isoformat(),
            "tables": {table.name: {**_counts(table), **_cover(table)} for table in self.tables},
            "files": {file.name: {"encoding": file.encoding, **_counts(file)} for file in self.files},
            "outcomes_added_before": None if self.carried is None else self.carried.as_dict(),
            "quarantine": None if self.quarantine is None else str(self.quarantine),
        }


def rejected_share(result: Part) -> float:
    """Return rejected over delivered, 0 where nothing was delivered."""
    return result.rejected / result.delivered if result.delivered else 0.0


def too_many_rejected(result: Part, allowed: float) -> bool:
    """Say whether more than the share `allowed` was rejected; all of something is always too many."""
    return result.rejected > 0 and (rejected_share(result) > allowed or result.accepted == 0)


def describe_rejected(result: Part) -> str:
    """Return what was rejected and why, the most frequent reasons first."""
    frequent = sorted(result.reasons.items(), key=lambda item: (-item[1], item[0]))[:3]
    why = ", ".join(f"{reason.text.en}{_among(result, reason)} ({reason}) {count}" for reason, count in frequent)
    return f"'{result.name}': {result.rejected} of {result.delivered} rows ({rejected_share(result):.2%}): {why}"


def _among(result: Part, reason: Reason) -> str:
    """Return which tables rows refer to: what is missing there is often what is wrong."""
    if reason is not Reason.REFERENCE or not isinstance(result, TableResult):
        return ""
    referred = dict.fromkeys(one.refers.partition(".")[0] for one in table(result.name).columns if one.refers)
    return f" among {' or '.join(referred)}"


def _counts(result: Part) -> dict[str, Any]:
    return {
        "in": result.delivered,
        "accepted": result.accepted,
        "rejected": result.rejected,
        "reasons": {str(reason): count for reason, count in sorted(result.reasons.items())},
    }


def _cover(table: TableResult) -> dict[str, str | None]:
    return {
        "covered_from": None if table.covered_from is None else table.covered_from.isoformat(),
        "covered_to": None if table.covered_to is None else table.covered_to.isoformat(),
    }


def _plus(one: Mapping[K, int], other: Mapping[K, int]) -> dict[K, int]:
    return {key: one.get(key, 0) + other.get(key, 0) for key in (*one, *other)}
