"""Told: changes as plain data, for JSON: parts in ones, with nine digits after the point, that add up exactly.

Codes   PART_TEXTS and CAUSE_TEXTS are what people are shown for the parts of a pd move and of a rank move
Money   whole fen; what rounding leaves is put on the largest part
"""

from collections.abc import Mapping
from dataclasses import asdict
from fractions import Fraction
from typing import Any

from ews.domain.text import Text
from ews.scoring.change.book import BookChange, RankSums, Sums
from ews.scoring.change.change import Change, PdChange
from ews.scoring.change.parts import BILLION
from ews.scoring.change.pd_move import CALIBRATION, DATA, DEFINITION, MODEL
from ews.scoring.change.rank_move import REST
from ews.scoring.change.standing import MEMORY, OVERRIDES, PD, POLICY, RULES

PART_TEXTS: Mapping[str, Text] = {
    DATA: Text("data", "数据变动"),
    DEFINITION: Text("definition of features", "特征口径"),
    MODEL: Text("model", "模型"),
    CALIBRATION: Text("calibration", "校准"),
}
CAUSE_TEXTS: Mapping[str, Text] = {
    PD: Text("probability of default", "违约概率"),
    RULES: Text("rules and facts", "规则与事实"),
    OVERRIDES: Text("overrides", "人工调整"),
    POLICY: Text("policy", "策略"),
    MEMORY: Text("what is carried or lingers", "延续与沿用"),
    REST: Text("not made again by the present code", "现程序未能复现"),
}
DEFINITION_UNKNOWN = Text(
    "the features were made by two versions of the code and cannot be parted from the data: give the book",
    "两批特征由不同版本程序生成，未能与数据变动分开：请给出台账",
)
METHOD = Text(
    "Shapley values over all orders; data by feature (baseline Shapley); log-odds carried to points by the mean slope",
    "对所有先后次序取平均（Shapley 值）；数据部分按特征分解；对数几率按平均斜率折算为概率",
)


def in_ones(parts: Mapping[str, int]) -> dict[str, float]:
    """Return parts told in billionths in ones."""
    return {name: value / BILLION for name, value in parts.items()}


def change_as_dict(change: Change) -> dict[str, Any]:
    """Return why one borrower moved."""
    return {
        "borrower_id": change.borrower_id,
        "portfolio": change.portfolio,
        "from": asdict(change.before),
        "to": asdict(change.after),
        "pd": None if change.pd is None else _pd(change.pd, parted=change.definition_parted),
        "level": _rank(change.ranks.level),
        "tier": _rank(change.ranks.tier),
        "signals": {"came": list(change.ranks.came), "went": list(change.ranks.went)},
        "definition_parted": change.definition_parted,
        "method": METHOD.en,
    }


def _pd(moved: PdChange, *, parted: bool) -> dict[str, Any]:
    return {
        "log_odds": {"total": moved.log_odds_total / BILLION, **_told(moved.log_odds, parted=parted)},
        "points": {"total": moved.pd_total / BILLION, **_told(moved.pd, parted=parted)},
        "reasons": [
            {"reason": code, "log_odds": log_odds / BILLION, "points": points / BILLION}
            for code, (log_odds, points) in moved.reasons.items()
        ],
        "features": [
            {
                "feature": one.feature,
                "reason": one.reason,
                "from": one.before,
                "to": one.after,
                "log_odds": _told(one.log_odds, parted=parted),
                "points": _told(one.pd, parted=parted),
            }
            for one in moved.features
        ],
    }


def _told(parts: Mapping[str, int], *, parted: bool) -> dict[str, float | None]:
    """Return parts in ones; that of the definition is null where it could not be parted from the data."""
    return {name: None if name == DEFINITION and not parted else value for name, value in in_ones(parts).items()}


def _rank(parts: Mapping[str, int]) -> dict[str, float]:
    return {"total": sum(parts.values()) / BILLION, **in_ones(parts)}


def book_as_dict(found: BookChange) -> dict[str, Any]:
    """Return why the book moved."""
    before, after = found.ends
    count = found.counts["with_pd"]
    money = whole_fen(found.by_part.at_risk_fen, round(Fraction(found.totals["at_risk_fen"], BILLION)))
    by_reason = whole_fen(found.by_reason.at_risk_fen, money.get(DATA, 0))
    return {
        "portfolio": after.batch.key.portfolio,
        "from": {"batch_id": before.batch_id, "as_of": before.batch.key.as_of},
        "to": {"batch_id": after.batch_id, "as_of": after.batch.key.as_of},
        "borrowers": dict(found.counts),
        "pd": {
            "total": _means(found.totals["log_odds"], found.totals["pd"], sum(money.values()), count),
            "parts": {
                name: None if name == DEFINITION and not found.definition_parted else one
                for name, one in _sums(found.by_part, money, count).items()
            },
            "reasons": _sums(found.by_reason, by_reason, count),
        },
        **{name: _rank_sums(sums) for name, sums in found.ranks.items()},
        "signals": {
            code: {"came": found.came[code], "went": found.went[code]} for code in sorted({*found.came, *found.went})
        },
        "definition_parted": found.definition_parted,
        "method": METHOD.en,
    }


def whole_fen(parts: Mapping[str, int], total: int) -> dict[str, int]:
    """Return parts told in billionths of a fen in whole fen that add up to `total` fen."""
    found = {name: round(Fraction(value, BILLION)) for name, value in parts.items()}
    if found:
        found[max(found, key=lambda name: abs(found[name]))] += total - sum(found.values())
    return found


def _sums(sums: Sums, money: Mapping[str, int], count: int) -> dict[str, dict[str, float | int]]:
    order = sorted(sums.log_odds, key=lambda name: (-abs(sums.log_odds[name]), name))
    return {name: _means(sums.log_odds[name], sums.pd[name], money[name], count) for name in order}


def _means(log_odds: int, points: int, fen: int, count: int) -> dict[str, float | int]:
    return {
        "log_odds_sum": log_odds / BILLION,
        "log_odds_mean": log_odds / BILLION / count if count else 0.0,
        "points_sum": points / BILLION,
        "points_mean": points / BILLION / count if count else 0.0,
        "at_risk_fen": fen,
    }


def _rank_sums(sums: RankSums) -> dict[str, Any]:
    return {
        "moved": sum(sums.moved.values()),
        "moves": [
            {"from": pair[0], "to": pair[1], "borrowers": count, "exposure_fen": sums.moved_fen[pair]}
            for pair, count in sorted(sums.moved.items())
        ],
        "mainly": [
            {"direction": pair[0], "cause": pair[1], "borrowers": count, "exposure_fen": sums.mainly_fen[pair]}
            for pair, count in sorted(sums.mainly.items())
        ],
        "net": {"total": sums.total / BILLION, **in_ones(sums.parts)},
    }
