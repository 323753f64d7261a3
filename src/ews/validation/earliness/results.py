"""Results of earliness (预警提前量): the headline of a validation, and what stands behind it.

Verdict  only what the pd adds beyond rules alone has one: passed where the whole interval lies above 0, failed where
         none of it does, else to be watched. Fewer than LEAST_DEFAULTS defaults are too few for that. All else is told:
         how early is early enough is for the bank to say
About    `whole`; `system:rules_alone`, another system on the same borrowers; `fate:late`; `quantile:p50`;
         `level:red`, or `list` for all levels, of all borrowers, `..., 0 dpd` or `..., new` as figures.py parts them
"""

from ews.domain.text import Text
from ews.validation.earliness.defaulters import Fate
from ews.validation.earliness.figures import HEADLINE, LEVELS, QUANTILES, Figure
from ews.validation.earliness.measure import BEYOND, Earliness
from ews.validation.estimates import Estimate
from ews.validation.limits import LEAST_DEFAULTS
from ews.validation.results import WHOLE, Area, Limit, ModelTest, Result, Verdict
from ews.validation.verdicts import told

RULES_ALONE = "rules_alone"
"""The system that `beyond` has a verdict against: the same policy without the pd."""
_SOURCE = "own definition, validation/earliness/defaulters.py; bootstrap over circles"
_WHOLE = (*BEYOND, "defaults_flagged_early", "exposure_flagged_at_all", "exposure_possible")


def _of(code: str, en: str, zh: str, unit: str = "share") -> ModelTest:
    return ModelTest(code, Area.EARLINESS, Text(en, zh), unit, _SOURCE)


EARLINESS_TESTS = (
    _of(HEADLINE, "Exposure going into default that was flagged early", "违约敞口中提前预警的占比"),
    _of("exposure_on_list_early", "Exposure still on the list when it was early", "提前期末仍在清单上的违约敞口占比"),
    _of("exposure_flagged_early_or_open", "Flagged early, open warnings counted too", "提前预警占比（含存续预警）"),
    _of("defaults_flagged_early", "Defaults flagged early", "违约户数中提前预警的占比"),
    _of("exposure_flagged_at_all", "Exposure flagged before default, early or not", "违约前曾预警的敞口占比"),
    _of("exposure_possible", "Exposure that a new warning could have flagged early", "理论上可提前预警的敞口占比"),
    _of("exposure_fate", "Why exposure was flagged early or not", "违约敞口的预警结局"),
    _of("beyond", "Exposure flagged early, less that of another system", "提前预警占比之差（与对照体系相比）"),
    _of("lead_days", "Days from the first flag to the first arrears", "首次预警距首次逾期天数", "days"),
    _of("precision", "Places on the list followed by a default", "清单名额命中率"),
    _of("default_rate_0dpd", "Default rate of all borrowers without arrears", "无逾期客户总体违约率"),
    _of("share_on_list", "Share of the book on the list", "清单占全部客户之比"),
    _of("flaps_per_year", "Times off and on the list again, per borrower-year", "反复进出清单次数（户年）", ""),
)

_BY_CHANCE = Text(
    "A list drawn anew by chance each month flags many at some time: read it beside the share still on the list.",
    "每月随机更换的清单也会先后覆盖许多客户，须与“提前期末仍在清单上”的占比对照。",
)
_WHO = {"": "", "_0dpd": ", 0 dpd", "_new": ", new"}


def earliness_results(found: Earliness) -> tuple[Result, ...]:
    """Return results of EARLINESS_TESTS."""
    own = found.heard.figures
    results = []
    for name in _WHOLE:
        note = _BY_CHANCE if name == HEADLINE else None
        results.append(_told(name, found.found[name], own[name], note=note))
    for system, figures in found.others.items():
        of = found.others_heard[system].figures
        results += [_told(name, figures[name], of[name], about=f"system:{system}") for name in BEYOND]
    for fate in Fate:
        name = f"exposure_{fate.value}"
        results.append(_told("exposure_fate", found.found[name], own[name], f"fate:{fate.value}", fate.text))
    results += [_beyond(found, system) for system in found.beyond]
    for name, share in QUANTILES.items():
        results.append(_told("lead_days", found.found[name], own[name], f"quantile:p{round(100 * share)}"))
    for end, who in _WHO.items():
        for level in (*LEVELS, "list"):
            name, about = f"precision_{level}{end}", f"level:{level}{who}" if level in LEVELS else f"list{who}"
            results.append(_told("precision", found.found[name], own[name], about))
    rest = ("default_rate_0dpd", "share_on_list", "flaps_per_year")
    return (*results, *(_told(name, found.found[name], own[name]) for name in rest))


def _told(test: str, value: Estimate, figure: Figure, about: str = WHOLE, note: Text | None = None) -> Result:
    return told(test, value, n=figure.n, defaults=figure.defaults, about=about, note=note)


def _beyond(found: Earliness, system: str) -> Result:
    """Return what the system flags early beyond another; with a verdict against RULES_ALONE."""
    estimate, counted = found.beyond[system][HEADLINE], found.heard.figures[HEADLINE]
    is_judged = system == RULES_ALONE
    return Result(
        "beyond",
        f"system:{system}",
        estimate.value,
        _verdict(estimate, counted.n) if is_judged else _told("beyond", estimate, counted).verdict,
        counted.n,
        counted.defaults,
        estimate.low,
        estimate.high,
        limit=0.0 if is_judged else None,
        side=Limit.AT_LEAST if is_judged else None,
    )


def _verdict(estimate: Estimate, defaults: int) -> Verdict:
    if estimate.low is None or estimate.high is None or defaults < LEAST_DEFAULTS:
        return Verdict.TOO_FEW
    if estimate.low > 0:
        return Verdict.PASSED
    return Verdict.FAILED if estimate.high < 0 else Verdict.WATCH
