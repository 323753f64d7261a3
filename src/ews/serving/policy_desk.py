"""Policy desk: what pages need of policies that are not in force, handed in where the service is put together.

Safe   a browser names a policy by its hash, or a choice by its name out of the list; never a folder
Trial  what another policy would change on the newest batch, worked out beside the service and kept
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import Any

from ews.domain.errors import SettingsError
from ews.policy.policy import Policy


class Kind(StrEnum):
    """Where a choice comes from: kept by its hash, set by EWS_POLICY, a draft in the home, or part of the product."""

    KEPT = "kept"
    SET = "set"
    DRAFT = "draft"
    PRODUCT = "product"


@dataclass(frozen=True, slots=True)
class Choice:
    """A policy that may be tried and proposed. `policy_hash` is null, and `faults` say why, where it cannot be used."""

    name: str
    kind: Kind
    policy_hash: str | None
    faults: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class NewValue:
    """Another value of a parameter, in its unit, from a day on."""

    parameter: str
    value: float
    since: date


class TrialState(StrEnum):
    NONE = "none"
    WAITING = "waiting"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    NO_BOOK = "no_book"
    """The service does not know where the book lies that the batches were made from."""

    @property
    def is_under_way(self) -> bool:
        return self in {TrialState.WAITING, TrialState.RUNNING}


@dataclass(frozen=True, slots=True)
class Trial:
    """`done` of `total` batches are judged; `found` is what changes, as `ews policy diff --json` tells it."""

    state: TrialState
    done: int = 0
    total: int = 0
    message: str | None = None
    found: Mapping[str, Any] = field(default_factory=dict)


def _nothing(*_: object) -> Trial:
    return Trial(TrialState.NO_BOOK)


def _cannot(*_: object) -> str:
    message = "This service was put together without what tries policies. Use 'ews serve'."
    raise SettingsError(message)


@dataclass(frozen=True, slots=True)
class PolicyDesk:
    """Called by several threads at once.

    `keep` keeps a choice and returns its hash; RequestError where there is no such choice, or it cannot be used.
    `draft` writes a kept policy with another value among the drafts and returns its name; RequestError likewise.
    `find` returns a kept policy. `trial` and `begin` take the hashes of the old and the new policy and the portfolio.
    """

    choices: Callable[[], Sequence[Choice]] = tuple
    keep: Callable[[str], str] = _cannot
    draft: Callable[[str, NewValue], str] = _cannot
    find: Callable[[str], Policy | None] = lambda _hash: None
    trial: Callable[[str, str, str], Trial] = _nothing
    begin: Callable[[str, str, str], Trial] = _nothing


NO_POLICY_DESK = PolicyDesk()
"""For a service that only tells."""
