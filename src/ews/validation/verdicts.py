"""Verdicts: from a value, its limit and how sure it is, to what a reader may conclude.

Interval   too few with fewer than LEAST_DEFAULTS; else passed where all of it lies within the limit; failed where none
           of it does; across the limit it depends: too few where the test would have missed a fault as large as `far`,
           else by the value itself
P-value    failed below the significance, after Holm where many are asked at once; watch where only the single test
           says so; too few where the power is low, else passed
Exact      a count or a distance without chance: passed or failed, watch between the two limits
"""

from scipy.stats import norm

from ews.domain.text import Text
from ews.validation.delong import NINETY_FIVE
from ews.validation.estimates import Estimate
from ews.validation.limits import LEAST_DEFAULTS, LEAST_POWER, Bound, bound_of
from ews.validation.results import WHOLE, Result, Verdict


def measured(
    test: str,
    estimate: Estimate,
    *,
    n: int,
    defaults: int | None = None,
    about: str = WHOLE,
    proven: bool | None = None,
    note: Text | None = None,
) -> Result:
    """Return the result of a value with an interval.

    `proven` says whether it fails where many were asked at once; `defaults` only where the value hangs on them.
    """
    bound = bound_of(test)
    power = _power(bound, estimate)
    few = bound is not None and defaults is not None and min(defaults, n - defaults) < LEAST_DEFAULTS
    return Result(
        test=test,
        about=about,
        value=estimate.value,
        verdict=Verdict.TOO_FEW if few else _verdict(bound, estimate, power, proven=proven),
        n=n,
        defaults=defaults,
        low=estimate.low,
        high=estimate.high,
        limit=bound.limit if bound else None,
        side=bound.side if bound else None,
        power=power,
        power_at=bound.far if bound and power is not None else None,
        note=note,
    )


def p_value(
    test: str,
    p: float | None,
    *,
    n: int,
    defaults: int | None = None,
    about: str = WHOLE,
    adjusted: float | None = None,
    power: float | None = None,
    note: Text | None = None,
) -> Result:
    """Return the result of a p-value; `adjusted` is the same after Holm, default: the test stood alone."""
    bound = _of(test)
    return Result(
        test=test,
        about=about,
        value=p,
        verdict=_verdict_of_p(bound, p, p if adjusted is None else adjusted, power),
        n=n,
        defaults=defaults,
        limit=bound.limit,
        side=bound.side,
        power=power,
        power_at=bound.far if power is not None else None,
        note=note,
    )


def counted(
    test: str,
    value: float | None,
    *,
    n: int,
    defaults: int | None = None,
    about: str = WHOLE,
    note: Text | None = None,
) -> Result:
    """Return the result of a value without chance."""
    bound = _of(test)
    return Result(
        test=test,
        about=about,
        value=value,
        verdict=_verdict_of_count(bound, value),
        n=n,
        defaults=defaults,
        limit=bound.limit,
        side=bound.side,
        note=note,
    )


def told(
    test: str,
    value: float | Estimate | None,
    *,
    n: int,
    defaults: int | None = None,
    about: str = WHOLE,
    note: Text | None = None,
) -> Result:
    """Return a figure without a verdict; TOO_FEW where it could not be told."""
    known = value if isinstance(value, Estimate) else Estimate(value, None, None)
    verdict = Verdict.TOO_FEW if known.value is None else Verdict.TOLD
    return Result(test, about, known.value, verdict, n, defaults, known.low, known.high, note=note)


def untold(test: str, *, n: int, note: Text, defaults: int | None = None, about: str = WHOLE) -> Result:
    """Return what does not apply, with the reason; it is neither good nor bad, and not for want of defaults."""
    return Result(test, about, None, Verdict.TOLD, n, defaults, note=note)


def _of(test: str) -> Bound:
    bound = bound_of(test)
    if bound is None:
        message = f"Test '{test}' has no limit. Add one to limits.toml, or tell its value without a verdict."
        raise ValueError(message)
    return bound


def _verdict(bound: Bound | None, estimate: Estimate, power: float | None, *, proven: bool | None) -> Verdict:
    if estimate.value is None:
        return Verdict.TOO_FEW
    if bound is None:
        return Verdict.TOLD
    if estimate.low is None or estimate.high is None:
        return Verdict.TOO_FEW
    worst, best = _rooms(bound, estimate.low, estimate.high)
    if worst >= 0:
        return Verdict.PASSED
    if proven if proven is not None else best < 0:
        return Verdict.FAILED
    if power is not None and power < LEAST_POWER:
        return Verdict.TOO_FEW
    return Verdict.PASSED if bound.room(estimate.value) >= 0 else Verdict.WATCH


def _verdict_of_p(bound: Bound, p: float | None, adjusted: float | None, power: float | None) -> Verdict:
    if p is None or adjusted is None:
        return Verdict.TOO_FEW
    if adjusted < bound.limit:
        return Verdict.FAILED
    if p < bound.limit:
        return Verdict.WATCH
    if power is not None and power < LEAST_POWER:
        return Verdict.TOO_FEW
    return Verdict.WATCH if bound.watch is not None and p < bound.watch else Verdict.PASSED


def _verdict_of_count(bound: Bound, value: float | None) -> Verdict:
    if value is None:
        return Verdict.TOO_FEW
    if bound.room(value) < 0:
        return Verdict.FAILED
    if bound.watch is None:
        return Verdict.PASSED
    milder = Bound(bound.watch, bound.side, bound.source, both=bound.both)
    return Verdict.WATCH if milder.room(value) < 0 else Verdict.PASSED


def _rooms(bound: Bound, low: float, high: float) -> tuple[float, float]:
    """Return the room at the worst and at the best place of the interval."""
    ends = [bound.room(low), bound.room(high)]
    inside = bound.both and low < 0 < high
    return min(ends), bound.limit if inside else max(ends)


def _power(bound: Bound | None, estimate: Estimate) -> float | None:
    """Return the chance that the whole interval lies beyond the limit where the truth is `far`."""
    if bound is None or bound.far is None or estimate.low is None or estimate.high is None:
        return None
    error = (estimate.high - estimate.low) / (2 * NINETY_FIVE)
    away = abs(bound.far - bound.limit)
    return float(norm.sf(NINETY_FIVE - away / error)) if error > 0 else 1.0
