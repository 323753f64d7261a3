"""Segmenting (细分客群): how the rows of a test divide, from what their features tell.

Grain    one row per row tested, one column of words per division
Stale    a credit report older than STALE_DAYS; `none` where none was pulled or told
Banks    elsewhere where less than half of the declared sales come in here, or more than half of all known debt is owed
         elsewhere; `not_known` where neither is told
Blind    per family of features: all of it is null. Divisions that put all rows in one word are left out
Others   industry, region, branch, customer type and kind are added by whoever knows the book
"""

from collections.abc import Mapping
from types import MappingProxyType

import numpy as np
from pandas import DataFrame

from ews.domain.features import Feature
from ews.domain.text import Text
from ews.features.catalogue import FAMILIES, family_name, family_of
from ews.validation.estimates import Floats
from ews.validation.tested import Mask

STALE_DAYS = 180
LONG_MONTHS = 36
LARGE_FEN = 50_000_000
"""Over 500,000 CNY a loan is large by default."""
MAINLY = 0.5

KINDS: Mapping[str, Text] = MappingProxyType(
    {
        "arrears": Text("Arrears", "逾期状态"),
        "size": Text("Size of the debt", "贷款规模"),
        "credit_report": Text("Age of the credit report", "征信报告时效"),
        "banks": Text("Where the borrower mainly banks", "主要结算行"),
        "relationship": Text("Length of the relationship", "合作年限"),
        "industry": Text("Industry", "行业"),
        "region": Text("Region", "地区"),
        "branch": Text("Branch", "机构"),
        "customer_type": Text("Customer type", "客户类型"),
        "kind": Text("Kind of borrower", "借款人性质"),
        **{
            f"blind_{family_name(family)}": Text(f"Sees: {family.TITLE.en}", f"可见：{family.TITLE.zh}")
            for family in FAMILIES
        },
    }
)
WORDS: Mapping[str, Text] = MappingProxyType(
    {
        "current": Text("0 days past due", "无逾期"),
        "early": Text("1 to 30 days past due", "逾期1至30天"),
        "late": Text("More than 30 days past due", "逾期30天以上"),
        "small": Text("Up to 500,000", "50万元及以下"),
        "large": Text("Over 500,000", "50万元以上"),
        "fresh": Text(f"Up to {STALE_DAYS} days old", f"{STALE_DAYS}天以内"),
        "stale": Text(f"Older than {STALE_DAYS} days", f"超过{STALE_DAYS}天"),
        "none": Text("None", "无"),
        "here": Text("Mainly here", "主要在本行"),
        "elsewhere": Text("Mainly elsewhere", "主要在他行"),
        "young": Text(f"Up to {LONG_MONTHS} months", f"{LONG_MONTHS}个月以内"),
        "long": Text(f"More than {LONG_MONTHS} months", f"超过{LONG_MONTHS}个月"),
        "blind": Text("Blind", "缺失"),
        "sees": Text("Sees", "可见"),
        "not_known": Text("Not known", "未知"),
    }
)


def segments_of(matrix: Floats, features: tuple[Feature, ...], dpd: Floats, exposure_fen: Floats) -> DataFrame:
    """Return the divisions that the features, the days past due and the exposure tell."""
    column = {feature.name: matrix[:, place] for place, feature in enumerate(features)}
    unknown = np.full(len(matrix), np.nan)
    age = column.get("days_since_bureau_report", unknown)
    months = column.get("months_on_book", unknown)
    found = {
        "arrears": _words(dpd, [(dpd <= 0, "current"), (dpd <= 30, "early")], "late"),
        "size": _words(exposure_fen, [(exposure_fen <= LARGE_FEN, "small")], "large"),
        "credit_report": _words(age, [(age <= STALE_DAYS, "fresh")], "stale", unknown="none"),
        "banks": _banks(column.get("settlement_share_12m", unknown), column.get("external_debt_share", unknown)),
        "relationship": _words(months, [(months <= LONG_MONTHS, "young")], "long"),
        **_blindness(matrix, features),
    }
    return DataFrame({kind: words for kind, words in found.items() if len(set(words)) > 1}, index=range(len(matrix)))


def family_or_none(feature: Feature) -> str | None:
    """Return the feature's family, None where the catalogue of today does not hold it."""
    try:
        return family_of(feature)
    except KeyError:
        return None


def _words(values: Floats, cases: list[tuple[Mask, str]], other: str, unknown: str = "not_known") -> list[str]:
    choices = [(np.isnan(values), unknown), *cases]
    words = np.select([case for case, _ in choices], [word for _, word in choices], default=other)
    return [str(word) for word in words]


def _banks(settled: Floats, owed_elsewhere: Floats) -> list[str]:
    elsewhere = (settled < MAINLY) | (owed_elsewhere > MAINLY)
    told = ~(np.isnan(settled) & np.isnan(owed_elsewhere))
    return [str(word) for word in np.select([elsewhere, told], ["elsewhere", "here"], default="not_known")]


def _blindness(matrix: Floats, features: tuple[Feature, ...]) -> dict[str, list[str]]:
    families = np.array([family_or_none(feature) or "" for feature in features])
    return {
        f"blind_{name}": np.where(np.isnan(matrix[:, families == name]).all(axis=1), "blind", "sees").tolist()
        for name in dict.fromkeys(families.tolist())
        if name
    }
