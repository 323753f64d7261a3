"""Running a program over rows: contributions and margins, on as many threads as asked.

Bytes   of a row do not depend on the rows beside it nor on the number of threads
Memory  a block of rows and what the kernel keeps of a few rows, per thread; contributions are summed into their slots
        before they are written, so that 30 slots cost 240 bytes a row
"""

import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from typing import Any

import llvmlite.binding as llvm
import numpy as np
from numpy.typing import NDArray

from ews.models.treeshap.kernel import explain_rows, predict_rows
from ews.models.treeshap.lanes import Width
from ews.models.treeshap.program import Floats, Program

BLOCK = 1_024
FEW = Width(8)
FEW_ROWS = 8


def contributions(
    program: Program, rows: Floats, *, slots: NDArray[np.int64] | None = None, threads: int | None = None
) -> Floats:
    """Return rows x slots: what each feature adds to the margin of each row (rows x features, null = NaN).

    `slots` gives the column to which each feature is added; None keeps them apart. `threads` None takes all cores.
    """
    places = np.arange(program.features) if slots is None else slots
    found = np.zeros((len(rows), int(places.max(initial=-1)) + 1))

    def explain(width: Width, columns: Floats, block: slice) -> None:
        memory = _memory(program, width.lanes, found.shape[1])
        explain_rows(width, columns, found[block], places, _parts(program), memory)

    _each(rows, threads, explain)
    return found


def margins(program: Program, rows: Floats, *, threads: int | None = None) -> Floats:
    """Return the margin of each row, bit by bit as the booster's `predict(raw_score=True)` tells it."""
    found = np.zeros(len(rows))

    def predict(width: Width, columns: Floats, block: slice) -> None:
        predict_rows(width, columns, found[block], _parts(program), _memory(program, width.lanes, 1))

    _each(rows, threads, predict)
    return found


def _each(rows: Floats, threads: int | None, work: Callable[[Width, Floats, slice], None]) -> None:
    blocks = [slice(first, min(first + BLOCK, len(rows))) for first in range(0, len(rows), BLOCK)]
    width = FEW if len(rows) <= FEW_ROWS else Width(_widest())

    def run(block: slice) -> None:
        work(width, np.ascontiguousarray(rows[block].T), block)

    workers = min(threads or len(os.sched_getaffinity(0)), len(blocks))
    if workers <= 1:
        for block in blocks:
            run(block)
        return
    with ThreadPoolExecutor(workers) as pool:
        list(pool.map(run, blocks))


@cache
def _widest() -> int:
    """Return how many rows the registers of this machine hold side by side; more are slower, results are the same."""
    return 64 if llvm.get_host_cpu_features().get("avx512f") else 16


def _parts(program: Program) -> tuple[Any, ...]:
    return (
        program.steps, program.wholes, program.numbers, program.codes, program.trees, program.constants, program.tau,
        program.gamma,
    )  # fmt: skip


def _memory(program: Program, lanes: int, slots: int) -> tuple[Floats, ...]:
    """Return inputs, parts, pulls, states, weights, values and room for sets, of `lanes` rows."""
    weights, values, states, levels = program.places
    points = program.most_points + 1
    sizes = (program.features, slots, levels, states, weights * points, values * points, 1)
    return tuple(_aligned(size * lanes) for size in sizes)


def _aligned(size: int) -> Floats:
    """Return zeros that start where a line of the cache does; across two lines the kernel is half as fast."""
    room = np.zeros(size + 8)
    skipped = -(room.ctypes.data // 8) % 8
    return room[skipped : skipped + size]
