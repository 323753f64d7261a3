"""Kernel: runs a program over rows, `len(width)` of them side by side. What is compiled is here and in `lanes` only.

Memory   every place holds the numbers of the rows side by side (weights and values: one such per point of integration),
         named by its address; see `program` for what steps, wholes and numbers hold
Threads  the functions hold no lock of Python and write only to what they are given
"""

# ruff: noqa: PLR0913, PLR0917 - what would hold the numbers and addresses takes more time than the work
# mypy: disable-error-code="no-untyped-def, no-untyped-call, untyped-decorator"
import numpy as np

from ews.models.treeshap.jit import compiled
from ews.models.treeshap.lanes import load, number_at, pick, pick_or_null, put, same, same_from, store

ITEM = 8
ZERO = float(np.float32(1e-35))
"""What LightGBM takes for zero lies between this and its negative."""


@compiled
def explain_rows(width, columns, out, slots, program, memory):
    """Fill `out` (rows x slots) with the contributions of `columns` (features x rows), features summed by `slots`."""
    lanes = len(width)
    inputs, parts, pulls, states, weights, values, codes_in = memory
    rows = columns.shape[1]
    for first in range(0, rows, lanes):
        last = min(first + lanes, rows)
        _take(columns, inputs, first, last, lanes)
        parts[:] = 0.0
        _explain(
            width, _address(inputs), _address(parts), _address(pulls), _address(states),
            _address(weights), _address(values), _address(codes_in), slots, program,
        )  # fmt: skip
        for row in range(first, last):
            for slot in range(out.shape[1]):
                out[row, slot] = parts[slot * lanes + row - first]


@compiled
def predict_rows(width, columns, out, program, memory):
    """Fill `out` with the sum of the trees' leaves, tree after tree as LightGBM sums them."""
    lanes = len(width)
    inputs, sums, _, _, _, values, codes_in = memory
    rows = columns.shape[1]
    for first in range(0, rows, lanes):
        last = min(first + lanes, rows)
        _take(columns, inputs, first, last, lanes)
        _predict(width, _address(inputs), _address(sums), _address(values), _address(codes_in), program)
        for row in range(first, last):
            out[row] = sums[row - first]


@compiled
def _address(array):
    return np.intp(array.ctypes.data)


@compiled
def _take(columns, inputs, first, last, lanes):
    for feature in range(columns.shape[0]):
        for row in range(first, last):
            number = columns[feature, row]
            inputs[feature * lanes + row - first] = 0.0 if abs(number) <= ZERO else number


@compiled
def _predict(width, inputs, sums, values, codes_in, program):
    steps, wholes, numbers, codes, trees, constants, _, _ = program
    size = ITEM * len(width)
    total = same(width, 0.0)
    for tree in range(len(trees)):
        for at in range(trees[tree, 0], trees[tree, 1]):
            step, split = steps[at, 0], steps[at, 1]
            if 1 <= step <= 3:
                continue
            side, at_input = wholes[split, 1], inputs + wholes[split, 0] * size
            if side == 4:
                at_input = _in_set(width, at_input, codes, wholes[split, 6], wholes[split, 7], codes_in)
            _value(width, step, side, at_input, numbers[split, 0], numbers[split, 2], numbers[split, 3],
                   values + steps[at, 5] * size)  # fmt: skip
        of_leaf = trees[tree, 0] < trees[tree, 1]
        total = total + (load(width, values) if of_leaf else same(width, constants[tree]))
    store(sums, total)


@compiled
def _explain(  # noqa: C901, PLR0912, PLR0915 - one place that tells the steps apart
    width, inputs, parts, pulls, states, weights, values, codes_in, slots, program
):
    steps, wholes, numbers, codes, trees, _, tau, gamma = program
    size = ITEM * len(width)
    for tree in range(len(trees)):
        points = trees[tree, 2]
        place = (points + 1) * size  # one more, lest all places share the same part of the cache
        for point in range(points):
            store(weights + point * size, same(width, 1.0))
        for at in range(trees[tree, 0], trees[tree, 1]):
            step, split = steps[at, 0], steps[at, 1]
            feature, curve = wholes[split, 0], wholes[split, 2]
            share, left, right = numbers[split, 1], numbers[split, 2], numbers[split, 3]
            known, gain = _address(tau) + ITEM * curve, _address(gamma) + ITEM * curve
            pull = pulls + wholes[split, 5] * size
            weight = weights + steps[at, 2] * place
            value = values + steps[at, 5] * place
            part = parts + slots[feature] * size
            if step <= 3:
                at_input = inputs + feature * size
                if wholes[split, 1] == 4:
                    at_input = _in_set(width, at_input, codes, wholes[split, 6], wholes[split, 7], codes_in)
                _meet(width, wholes[split, 1], at_input, numbers[split, 0], share, states, wholes[split, 3],
                      wholes[split, 4], pull)  # fmt: skip
            if step == 0:
                _two_leaves(width, weight, value, pull, part, share, left, right, known, gain, points)
            elif step == 1:
                _down_both(width, weight, weights + steps[at, 3] * place, weights + steps[at, 4] * place, pull, share,
                           known, points)  # fmt: skip
            elif step == 2:
                _down_left(width, weight, weights + steps[at, 3] * place, pull, share, known, points)
            elif step == 3:
                _down_right(width, weight, weights + steps[at, 4] * place, pull, share, known, points)
            elif step == 4:
                _up_left_leaf(width, weight, value, pull, part, share, left, known, gain, points)
            elif step == 5:
                _up_right_leaf(width, weight, value, pull, part, share, right, known, gain, points)
            else:
                _up_both(width, weight, value, value + place, pull, part, share, known, gain, points)


@compiled
def _meet(width, side, at, threshold, share, states, reads, leaves, pull):
    """Store the pull of a split and, where it is met again below, which rows hold on going left and right."""
    size = ITEM * len(width)
    pulled = _side(width, side, at, threshold, same(width, 1.0 - share), same(width, -share))
    holds = same(width, 1.0)
    if reads >= 0:
        holds = load(width, states + reads * size)
        pulled = pulled * holds
    store(pull, pulled)
    if leaves >= 0:
        went_left = holds * _side(width, side, at, threshold, same(width, 1.0), same(width, 0.0))
        store(states + leaves * size, went_left)
        store(states + (leaves + 1) * size, holds - went_left)


@compiled
def _value(width, step, side, at, threshold, left_leaf, right_leaf, place):
    """Store the leaf that each row reaches below a split, when what is below it is known."""
    left, right = same(width, left_leaf), same(width, right_leaf)
    if step >= 5:
        left = load(width, place)
    if step == 4:
        right = load(width, place)
    elif step == 6:
        right = load(width, place + ITEM * len(width))
    store(place, _side(width, side, at, threshold, left, right))


@compiled
def _side(width, side, at, threshold, left, right):
    """Return `left` for the rows that go left and `right` for the others."""
    number, bound = load(width, at), same(width, threshold)
    if side == 0:
        return pick(number, bound, left, right)
    if side == 1:
        return pick_or_null(number, bound, left, right)
    if side == 4:  # `at` holds 0 for codes of the set and 1 for others
        return pick(number, same(width, 0.5), left, right)
    found = pick(number, bound, left, right)
    missing = right if side == 2 else left
    zero = pick_or_null(same(width, -ZERO), number, missing, found)
    return pick_or_null(number, same(width, ZERO), zero, found)


@compiled
def _in_set(width, at, codes, first, last, codes_in):
    """Return an address of 0 for each row whose code is among those of the split, and 1 for the others."""
    for lane in range(len(width)):
        number = number_at(at + ITEM * lane)
        found = 1.0
        if -1.0 < number < 32.0 * (last - first):
            code = np.int64(number)
            found = 0.0 if codes[first + (code >> 5)] >> np.uint32(code & 31) & np.uint32(1) else 1.0
        put(codes_in + ITEM * lane, found)
    return codes_in


@compiled
def _down_both(width, weight, left, right, pull, share, tau, points):
    size, part, pulled = ITEM * len(width), same(width, share), load(width, pull)
    for point in range(points):
        whole = load(width, weight + point * size)
        of_left = whole * (part + same_from(width, tau + ITEM * point) * pulled)
        store(left + point * size, of_left)
        store(right + point * size, whole - of_left)


@compiled
def _down_left(width, weight, left, pull, share, tau, points):
    size, part, pulled = ITEM * len(width), same(width, share), load(width, pull)
    for point in range(points):
        whole = load(width, weight + point * size)
        store(left + point * size, whole * (part + same_from(width, tau + ITEM * point) * pulled))


@compiled
def _down_right(width, weight, right, pull, share, tau, points):
    size, part, pulled = ITEM * len(width), same(width, share), load(width, pull)
    for point in range(points):
        whole = load(width, weight + point * size)
        store(right + point * size, whole - whole * (part + same_from(width, tau + ITEM * point) * pulled))


@compiled
def _two_leaves(width, weight, value, pull, out, share, left, right, tau, gamma, points):
    size, part, pulled = ITEM * len(width), same(width, share), load(width, pull)
    gap, low, total = same(width, left - right), same(width, right), same(width, 0.0)
    for point in range(points):
        total = total + same_from(width, gamma + ITEM * point) * load(width, weight + point * size)
        store(value + point * size, low + gap * (part + same_from(width, tau + ITEM * point) * pulled))
    store(out, load(width, out) + pulled * gap * total)


@compiled
def _up_left_leaf(width, weight, value, pull, out, share, left, tau, gamma, points):
    size, part, pulled = ITEM * len(width), same(width, share), load(width, pull)
    high, total = same(width, left), same(width, 0.0)
    for point in range(points):
        low = load(width, value + point * size)
        gap = high - low
        total = total + same_from(width, gamma + ITEM * point) * load(width, weight + point * size) * gap
        store(value + point * size, low + gap * (part + same_from(width, tau + ITEM * point) * pulled))
    store(out, load(width, out) + pulled * total)


@compiled
def _up_right_leaf(width, weight, value, pull, out, share, right, tau, gamma, points):
    size, part, pulled = ITEM * len(width), same(width, share), load(width, pull)
    low, total = same(width, right), same(width, 0.0)
    for point in range(points):
        gap = load(width, value + point * size) - low
        total = total + same_from(width, gamma + ITEM * point) * load(width, weight + point * size) * gap
        store(value + point * size, low + gap * (part + same_from(width, tau + ITEM * point) * pulled))
    store(out, load(width, out) + pulled * total)


@compiled
def _up_both(width, weight, value, of_right, pull, out, share, tau, gamma, points):
    size, part, pulled, total = ITEM * len(width), same(width, share), load(width, pull), same(width, 0.0)
    for point in range(points):
        low = load(width, of_right + point * size)
        gap = load(width, value + point * size) - low
        total = total + same_from(width, gamma + ITEM * point) * load(width, weight + point * size) * gap
        store(value + point * size, low + gap * (part + same_from(width, tau + ITEM * point) * pulled))
    store(out, load(width, out) + pulled * total)
