"""Tally: what came of asking as one role."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

SERVER_ERROR = 500
_SHOWN = 40
"""Faults that are told, each with one request to repeat it."""
_LONGEST = 1_500
"""Characters of what is told of a fault."""


@dataclass(frozen=True, slots=True)
class Fault:
    """A check that failed: on which operation, what it says, and a request that shows it."""

    check: str
    operation: str
    title: str
    message: str
    request: str

    @property
    def key(self) -> tuple[str, str, str]:
        return self.check, self.operation, self.title


@dataclass(slots=True)
class Tally:
    """`checks` by name: how often it held, and how often not; `faults` by check, operation and title, with a count.

    `by_rule` counts requests in the form of the OpenAPI that a rule of the bank refused, `slowest` is in seconds.
    """

    requests: int = 0
    statuses: Counter[int] = field(default_factory=Counter)
    held: Counter[str] = field(default_factory=Counter)
    failed: Counter[str] = field(default_factory=Counter)
    faults: dict[tuple[str, str, str], tuple[Fault, int]] = field(default_factory=dict)
    slow: list[str] = field(default_factory=list)
    slowest: float = 0.0
    by_rule: int = 0
    errors: list[str] = field(default_factory=list)

    def answered(self, status: int) -> None:
        self.requests += 1
        self.statuses[status] += 1

    def fault(self, found: Fault) -> None:
        self.failed[found.check] += 1
        first, times = self.faults.get(found.key, (found, 0))
        self.faults[found.key] = first, times + 1

    def add(self, other: "Tally") -> None:
        """Take in what came of asking as another role, or once more."""
        self.requests += other.requests
        self.by_rule += other.by_rule
        self.slowest = max(self.slowest, other.slowest)
        for mine, theirs in ((self.statuses, other.statuses), (self.held, other.held), (self.failed, other.failed)):
            mine.update(theirs)  # type: ignore[arg-type]  # both of one kind
        self.slow += other.slow
        self.errors += [one for one in other.errors if one not in self.errors]
        for key, (found, times) in other.faults.items():
            first, before = self.faults.get(key, (found, 0))
            self.faults[key] = first, before + times

    @property
    def server_errors(self) -> int:
        return sum(times for status, times in self.statuses.items() if status >= SERVER_ERROR)

    @property
    def nonconforming(self) -> int:
        return sum(self.failed.values())

    def as_dict(self) -> dict[str, Any]:
        by_class = Counter(f"{status // 100}xx" for status in self.statuses.elements())
        return {
            "requests": self.requests,
            "server_errors": self.server_errors,
            "nonconforming": self.nonconforming,
            "slow": len(self.slow),
            "slowest_seconds": round(self.slowest, 3),
            "refused_by_rule": self.by_rule,
            "answers": dict(sorted(by_class.items())),
        }

    def by_check(self) -> dict[str, Mapping[str, int]]:
        names = sorted({*self.held, *self.failed})
        return {name: {"held": self.held[name], "failed": self.failed[name]} for name in names}

    def told_faults(self) -> list[dict[str, Any]]:
        """Return the most frequent faults, each once."""
        most = sorted(self.faults.values(), key=lambda one: -one[1])[:_SHOWN]
        return [
            {
                "check": one.check,
                "operation": one.operation,
                "times": times,
                "title": one.title,
                "message": one.message[:_LONGEST],
                "request": one.request[:_LONGEST],
            }
            for one, times in most
        ]
