"""How long work tells how far it is, without knowing who looks."""

from typing import Protocol


class Progress(Protocol):
    def __call__(self, step: str, done: int, total: int) -> None:
        """Say that `done` of `total` parts of `step` are finished."""


def silent(step: str, done: int, total: int) -> None:
    """Take note of nothing."""
