"""Concentration (集中度): whether the grades tell borrowers apart, or everybody sits in a few.

Whom     the last snapshot tested; by number, and by exposure of those whose exposure is known
Initial  borrowers per grade at initial validation, in the order of the scale
"""

from collections.abc import Sequence

import numpy as np

from ews.domain.text import Text
from ews.validation.dispersion import can_fail, herfindahl, risen_p, variation
from ews.validation.estimates import Floats
from ews.validation.limits import SIGNIFICANCE
from ews.validation.results import Result
from ews.validation.tested import Tested
from ews.validation.verdicts import counted, p_value, told, untold


def concentration(tested: Tested, initial: Sequence[int] | None = None) -> tuple[Result, ...]:
    """Return the results of the chapter; none where no row has a grade."""
    last = tested.rows[tested.rows["as_of"] == tested.days[-1]] if len(tested) else tested.rows
    graded = last[last["grade"].isin(tested.grades)]
    if graded.empty:
        return ()
    word = graded["grade"].to_numpy()
    money = np.nan_to_num(graded["exposure_fen"].to_numpy(dtype=np.float64))
    number = _sizes(word, np.ones(len(graded)), tested.grades)
    exposure = _sizes(word, money, tested.grades)
    rows = len(graded)
    return (
        told("variation", _known(variation(number)), n=rows),
        told("variation_exposure", _known(variation(exposure)), n=rows),
        counted("herfindahl", _known(herfindahl(number)), n=rows),
        counted("herfindahl_exposure", _known(herfindahl(exposure)), n=rows),
        _risen(number, initial, rows),
    )


def _risen(number: Floats, initial: Sequence[int] | None, rows: int) -> Result:
    if initial is None:
        note = Text("This validation is the first: there is nothing to compare with.", "本次为首次验证，无可比对象。")
        return untold("concentration_risen", n=rows, note=note)
    now, before = variation(number), variation(initial)
    p = _known(risen_p(now, before, len(number)))
    note = Text(f"Variation {now:.3f}, initially {before:.3f}.", f"变异系数{now:.3f}，首次验证{before:.3f}。")
    if can_fail(before, len(number), significance=SIGNIFICANCE):
        return p_value("concentration_risen", p, n=rows, note=note)
    blunt = Text(f"{note.en} From there the test cannot fail.", f"{note.zh}在该起点下本检验不可能不通过。")
    return told("concentration_risen", p, n=rows, note=blunt)


def _sizes(word: object, weights: Floats, grades: tuple[str, ...]) -> Floats:
    held = np.asarray(word, dtype=object)
    return np.array([weights[held == grade].sum() for grade in grades])


def _known(value: float) -> float | None:
    return value if np.isfinite(value) else None
