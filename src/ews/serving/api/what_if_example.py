"""An example of what-if for the OpenAPI: a borrower whose takings have halved."""

from typing import Any

_INFLOW = {"code": "INFLOW_FELL", "text": {"en": "Money coming in has fallen", "zh": "入账减少"}}
_SPECIAL = {"code": "special_mention", "text": {"en": "special mention", "zh": "关注"}}
_ORANGE = {"code": "orange", "text": {"en": "orange", "zh": "橙色预警"}}
_NONE = {"code": "none", "text": {"en": "none", "zh": "无预警"}}

REQUEST: dict[str, Any] = {"borrower_id": "B0000001", "features": {"inflow_change_3m": -0.6}}
ANSWER: dict[str, Any] = {
    "batch_id": "5f0c1f6e8a7b4c2d9e3f1a0b6c5d4e3f",
    "portfolio": "sme",
    "as_of": "2026-06-30",
    "borrower_id": "B0000001",
    "replaced": [
        {
            "feature": "inflow_change_3m",
            "name": {"en": "Change of money received", "zh": "入账变动"},
            "from": -0.1,
            "to": -0.6,
        }
    ],
    "in_default": False,
    "horizon_months": 12,
    "pd": 0.25,
    "log_odds": -1.0986,
    "base_log_odds": -2.5986,
    "grade": "G6",
    "reasons": [
        {
            "reason": _INFLOW,
            "log_odds": 1.5,
            "sentence": {
                "en": "Money coming in has fallen: by 60%, below 93% of peers",
                "zh": "入账减少：下降60%，低于 93% 的同业",
            },
            "evidence": [
                {
                    "feature": "inflow_change_3m",
                    "name": {"en": "Change of money received", "zh": "入账变动"},
                    "value": -0.6,
                    "worse_than": 0.93,
                    "from_whom": [],
                }
            ],
        }
    ],
    "tier": _SPECIAL,
    "level": _ORANGE,
    "level_now": _ORANGE,
    "held": [
        {
            "kind": "signal",
            "code": "INFLOW_HALVED",
            "gives": _ORANGE,
            "inputs": {"inflow_change_3m": -0.6},
            "sentence": {"en": "Money received fell by 60%", "zh": "入账下降60%"},
        }
    ],
    "undecided": ["WAGES_SHRANK"],
    "not_judged": [
        {
            "code": "network",
            "text": {"en": "What others did stands as in the batch", "zh": "关联方状况沿用该批次"},
        }
    ],
    "published": {
        "pd": 0.1,
        "grade": "G5",
        "tier": {"code": "pass", "text": {"en": "pass", "zh": "正常"}},
        "level": _NONE,
        "level_now": _NONE,
    },
    "model_id": "9b2e",
    "policy_hash": "77aa",
}
