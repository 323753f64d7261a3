"""Lifts (解除条件): the condition of a rule turned round, so that people see what would end it."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Lift:
    """`name` must stand in `op` to `value`: inflow_change_3m > -0.5.

    `op` is one of < <= > >= == != in, "not in", or "not" with an empty `name`: the text of `value` must cease to hold.
    """

    name: str
    op: str
    value: float | int | str | bool
