"""Stability (稳定性): whether features, pds and grades lie as they did, and grades move step by step.

PSI         features and pd: the rows that taught against those tested, in bands of the former; grades: the first
            snapshot tested against the last. Chance goes by borrowers, not by rows: a borrower on many days is one; and
            what all borrowers of a trade or region share, goes by how many different values there are
Migration   from the first snapshot tested to the last, of those who have a grade on both; cells that hold fewer than
            LEAST_DEFAULTS together with their neighbour say nothing and are not asked
"""

from collections.abc import Mapping
from dataclasses import replace

import numpy as np
import pandas as pd

from ews.domain.features import Feature
from ews.domain.reasons import ReasonCode
from ews.domain.text import Text
from ews.models.frozen import predict_pd
from ews.validation.estimates import Floats
from ews.validation.limits import LEAST_DEFAULTS, bound_of
from ews.validation.migrations import Cell, Counts, bandwidth, migration_counts, neighbour_tests
from ews.validation.multiplicity import holm
from ews.validation.results import WHOLE, Result, Verdict
from ews.validation.stability import Movement, Shift, counts_by_band, edges_of, shift
from ews.validation.tested import Taught, Tested
from ews.validation.verdicts import p_value, told

_VERDICT = {
    Movement.STABLE: Verdict.PASSED,
    Movement.MOVED: Verdict.WATCH,
    Movement.MOVED_FAR: Verdict.FAILED,
    Movement.TOO_FEW: Verdict.TOO_FEW,
}


def stability(tested: Tested, taught: Taught) -> tuple[Result, ...]:
    """Return the results of the chapter."""
    return (
        score_shift(tested, taught),
        *feature_shifts(tested, taught),
        *grade_shift(tested),
        *migrations(tested),
    )


def score_shift(tested: Tested, taught: Taught) -> Result:
    """Return the PSI of the model's own pd; what a cross-fitted pd says of other models plays no part."""
    former, now = predict_pd(tested.model, taught.frame), predict_pd(tested.model, tested.frame)
    return shift_result("psi_score", WHOLE, _shift(former, now, tested, taught), len(tested))


def feature_shifts(tested: Tested, taught: Taught) -> tuple[Result, ...]:
    """Return the PSI of each feature that both have, in the model's order."""
    place = {feature.name: column for column, feature in enumerate(taught.features)}
    return tuple(
        shift_result(
            "psi_feature",
            f"feature:{feature.name}",
            _feature_shift(feature, taught.matrix[:, place[feature.name]], tested.matrix[:, column], tested, taught),
            len(tested),
        )
        for column, feature in enumerate(tested.features)
        if feature.name in place
    )


def grade_shift(tested: Tested) -> tuple[Result, ...]:
    """Return the PSI of the grades between the first and the last snapshot; none where there is one only."""
    if len(tested.days) < 2:
        return ()
    first, last = (_grades_on(tested, day) for day in (tested.days[0], tested.days[-1]))
    return (shift_result("psi_grade", WHOLE, shift(first, last), sum(last.values())),)


def shift_result(test: str, about: str, found: Shift, rows: int) -> Result:
    """Return a PSI with its verdict and how large chance alone makes it."""
    bound = bound_of(test)
    noise = "–" if found.noise is None else f"{found.noise:.3f}"
    note = Text(
        f"{found.base} then, {found.now} now; chance alone reaches {noise}.",
        f"基准{found.base}，当前{found.now}；随机波动可达{noise}。",
    )
    return Result(
        test,
        about,
        found.psi,
        _VERDICT[found.verdict],
        rows,
        limit=bound.limit if bound else None,
        side=bound.side if bound else None,
        note=note,
    )


def migrations(tested: Tested) -> tuple[Result, ...]:
    """Return bandwidths and the test of every cell; none where there is one snapshot only."""
    if len(tested.days) < 2:
        return ()
    counts, at_first = migration_matrix(tested)
    moved, wide = int(counts.sum()), bandwidth(counts)
    note = Text(f"From {tested.days[0]} to {tested.days[-1]}.", f"自{tested.days[0]}至{tested.days[-1]}。")
    return (
        told("bandwidth_upper", wide.upper, n=moved, note=note),
        told("bandwidth_lower", wide.lower, n=moved, note=note),
        *_cells(counts, at_first, tested.grades),
    )


def migration_matrix(tested: Tested) -> tuple[Counts, Counts]:
    """Return moves between the first and the last snapshot, and how many were in each grade at first."""
    place = {grade: number for number, grade in enumerate(tested.grades)}
    graded = tested.rows[tested.rows["grade"].isin(tested.grades)]
    first, last = (
        graded[graded["as_of"] == day].set_index("borrower_id")["grade"].map(place)
        for day in (tested.days[0], tested.days[-1])
    )
    both = pd.concat([first, last], axis=1, join="inner").to_numpy(dtype=np.intp)
    at_first = np.bincount(first.to_numpy(dtype=np.intp), minlength=len(place)).astype(np.int64)
    return migration_counts(both[:, 0], both[:, 1], len(place)), at_first


def _cells(counts: Counts, at_first: Counts, grades: tuple[str, ...]) -> tuple[Result, ...]:
    cells = neighbour_tests(counts, at_first)
    adjusted = holm([cell.p if _tells(cell) else None for cell in cells])
    return tuple(_cell(cell, p, int(at_first[cell.former]), grades) for cell, p in zip(cells, adjusted, strict=True))


def _cell(cell: Cell, adjusted: float | None, n: int, grades: tuple[str, ...]) -> Result:
    note = Text(
        f"{cell.moved} moved so, {cell.nearer} to the next grade nearer; z {cell.z:.2f}.",
        f"迁徙{cell.moved}户，近一级{cell.nearer}户；z值{cell.z:.2f}。",
    )
    about = f"cell:{grades[cell.former]}>{grades[cell.now]}"
    result = p_value("migration_stability", cell.p, n=n, about=about, adjusted=adjusted, note=note)
    return result if _tells(cell) else replace(result, verdict=Verdict.TOO_FEW)


def _tells(cell: Cell) -> bool:
    return cell.moved + cell.nearer >= LEAST_DEFAULTS


def _feature_shift(feature: Feature, former: Floats, now: Floats, tested: Tested, taught: Taught) -> Shift:
    if feature.reason is not ReasonCode.SECTOR_DECLINE:
        return _shift(former, now, tested, taught)
    edges = edges_of(former)
    sizes = (len(np.unique(former[~np.isnan(former)])), len(np.unique(now[~np.isnan(now)])))
    return shift(counts_by_band(former, edges), counts_by_band(now, edges), sizes)


def _shift(former: Floats, now: Floats, tested: Tested, taught: Taught) -> Shift:
    edges = edges_of(former)
    sizes = (taught.rows["borrower_id"].nunique(), tested.rows["borrower_id"].nunique())
    return shift(counts_by_band(former, edges), counts_by_band(now, edges), sizes)


def _grades_on(tested: Tested, day: object) -> Mapping[str, int]:
    word = tested.rows.loc[tested.rows["as_of"] == day, "grade"]
    counts = word.value_counts()
    return {grade: int(counts.get(grade, 0)) for grade in tested.grades}
