"""Checks: what a validation's result becomes when it is kept beside a model, and what its verdict is called."""

from ews.domain.text import Text
from ews.models.comparison import Check
from ews.validation.catalogue import BY_CODE
from ews.validation.challenge import MUST
from ews.validation.results import Result, Verdict

_MUST = frozenset({*MUST, "unseen_defaults", "same_target"})
VERDICTS = {
    Verdict.PASSED: Text("passed", "通过"),
    Verdict.WATCH: Text("watch", "关注"),
    Verdict.FAILED: Text("failed", "未通过"),
    Verdict.TOO_FEW: Text("too few to say", "样本不足"),
    Verdict.TOLD: Text("told", "列示"),
}


def check_of(result: Result) -> Check:
    """Return what a validation's result says, as it is kept beside a model."""
    return Check(
        test=result.test,
        about=result.about,
        title=BY_CODE[result.test].title,
        value=result.value,
        low=result.low,
        high=result.high,
        limit=result.limit,
        n=result.n,
        defaults=result.defaults,
        verdict=result.verdict.value,
        must=result.test in _MUST,
        note=result.note,
    )
