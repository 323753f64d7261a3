"""Examples that the OpenAPI shows: one answer of each route. A test holds them against the models.

None holds a null: FastAPI leaves nulls out of what it shows.
"""

from typing import Any

from ews.serving.api.act_requests import case_example

_ORANGE = {"code": "orange", "text": {"en": "orange", "zh": "橙色预警"}}
_SPECIAL = {"code": "special_mention", "text": {"en": "special mention", "zh": "关注"}}
_INFLOW = {"code": "INFLOW_FELL", "text": {"en": "Money coming in has fallen", "zh": "入账减少"}}

_STANDING = {
    "batch_id": "5f0c1f6e8a7b4c2d9e3f1a0b6c5d4e3f",
    "portfolio": "sme",
    "as_of": "2026-06-30",
    "published_at": "2026-07-01T02:10:00",
    "superseded": False,
    "newest": True,
    "pd": 0.25,
    "grade": "G6",
    "tier": _SPECIAL,
    "level": _ORANGE,
    "exposure_fen": 31200000,
    "in_default": False,
    "top_reason": _INFLOW,
    "release_on": "2026-07-06",
    "place": 11,
    "is_waiting": True,
    "stage": 2,
    "expected_loss_fen": 2730000,
    "provision_fen": 936000,
}
_SHIFT = {
    "column": "inflow_change_3m",
    "moved": {"code": "moved", "text": {"en": "moved", "zh": "有变化"}},
    "psi": 0.14,
    "noise": 0.02,
    "usual": 0.03,
    "unknown_then": 0.02,
    "unknown_now": 0.11,
    "is_used": True,
}
_COUNTED = {
    "rows": 3388,
    "expected": 118.3,
    "defaults": 110,
    "low": 0.027,
    "high": 0.039,
    "p_low": 0.78,
    "p_high": 0.22,
}
_WHO = {"name": "Firm 123", "industry": "retail", "region": "Hangzhou", "branch_id": "N01", "officer_id": "O17"}
_SIGNAL = {
    "kind": "signal",
    "code": "INFLOW_HALVED",
    "gives": _ORANGE,
    "inputs": {"inflow_change_3m": -0.6},
    "sentence": {"en": "Money coming in fell by 60%", "zh": "近3个月入账下降60%"},
    "state": "holds",
    "since": "2026-05-31",
    "lifts": [
        [
            {
                "name": "inflow_change_3m",
                "op": ">",
                "value": -0.5,
                "sentence": {"en": "Change of money received > -50 %", "zh": "入账变动 > -50%"},
            }
        ]
    ],
    "source": "EBA/GL/2020/06 8.5 (to verify)",
    "article": "8.5",
    "confidence": "M",
    "owner": "officer",
}
_OVERDUE = {
    "kind": "tier_rule",
    "code": "OVERDUE",
    "gives": _SPECIAL,
    "inputs": {"dpd": 3},
    "sentence": {"en": "Principal or interest is past due", "zh": "本金或利息逾期"},
    "state": "holds",
    "since": "2026-06-28",
    "lifts": [[{"name": "dpd", "op": "<=", "value": 0, "sentence": {"en": "Days past due ≤ 0", "zh": "逾期天数 ≤ 0"}}]],
    "source": "CBIRC and PBoC Order [2023] No. 1",
    "article": "10 (1)",
    "confidence": "H",
    "owner": "officer",
}
_OVERRIDE = {
    "override_id": "V17",
    "tier": _SPECIAL,
    "reason": "Lawsuit pending",
    "author": "O17",
    "approved_by": "R03",
    "approved_on": "2026-06-15",
    "expires_on": "2026-12-31",
    "blocked_by": [],
}
_DECISION = {
    "batch_id": "5f0c1f6e8a7b4c2d9e3f1a0b6c5d4e3f",
    "portfolio": "sme",
    "borrower_id": "B0000001",
    "as_of": "2026-06-30",
    "known_by": "2026-06-30",
    "headline": {
        "en": "orange · default within 1 year: about 1/4 · grade G6",
        "zh": "橙色预警 · 1 年内违约约 1/4 · 等级 G6",
    },
    "action": {"en": "Visit and write down what was found.", "zh": "上门检查并书面记录。"},
    **_WHO,
    "in_default": False,
    "horizon_months": 12,
    "pd": 0.25,
    "log_odds": -1.0986,
    "base_log_odds": -2.5986,
    "grade": "G6",
    "tier": _SPECIAL,
    "level": _ORANGE,
    "exposure_fen": 31200000,
    "before": {
        "batch_id": "1c9d",
        "as_of": "2026-05-31",
        "pd": 0.1,
        "grade": "G5",
        "tier": {"code": "pass", "text": {"en": "pass", "zh": "正常"}},
        "level": {"code": "none", "text": {"en": "none", "zh": "无预警"}},
        "model_id": "9b2e",
    },
    "level_now": _ORANGE,
    "raised": {
        "codes": ["INFLOW_HALVED"],
        "officer_key": "O17",
        "release_on": "2026-07-06",
        "place": 11,
        "is_waiting": True,
        "was_overdue": False,
        "sentence": {"en": "new: INFLOW_HALVED", "zh": "新预警 INFLOW_HALVED"},
    },
    "route": {"roles": ["officer", "risk_manager"], "acknowledge_days": 3, "plan_days": 5, "report_days": 0},
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
    "loans": [
        {
            "loan_id": "L000000102",
            "product": "business",
            "balance_fen": 31200000,
            "dpd": 3,
            "tier": _SPECIAL,
            "held": [_OVERDUE],
            "undecided": ["RESTRUCTURED"],
            "tier_parts": {"floor": _SPECIAL, "proposal": _SPECIAL, "override": _OVERRIDE},
            "carried": ["IMPAIRED"],
            "carried_since": "2026-05-31",
            "observation_months": 4,
            "observation_periods": 4,
            "cured_on": "2025-03-31",
            "months_clean": 0,
            "periods_clean": 0,
            "stage": 1,
            "lgd": 0.35,
            "expected_loss_fen": 2730000,
            "provision_general_fen": 312000,
            "provision_specific_fen": 624000,
            "provision_standard_fen": 936000,
            "opened_on": "2025-01-10",
            "matures_on": "2027-01-10",
            "repayment": "instalment",
            "next_due_on": "2026-06-27",
            "next_due_fen": 1250000,
            "first_due_missed": False,
        }
    ],
    "undecided": ["WAGES_SHRANK"],
    "split": {"own": 1.4, "guarantees": 0.1, "group": 0.0},
    "paths": [
        {
            "channel": {"code": "guarantees", "text": {"en": "guarantees", "zh": "担保"}},
            "hops": [
                {
                    "party_id": "B0000431",
                    "name": "Firm 431",
                    "branch_id": "N01",
                    "dpd": 47,
                    "in_default": False,
                    "tier": "special_mention",
                    "grade": "G8",
                }
            ],
            "amount_fen": 180000000,
            "sentence": {
                "en": "B0000001 →(guarantees 1,800,000) B0000431",
                "zh": "B0000001 →(担保 180.0 万元) B0000431",
            },
        }
    ],
    "assess": [],
    "lent": [],
    "customer_type": "B",
    "held": [_SIGNAL],
    "unit": [
        {
            "member_id": "P0000017",
            "role": {"code": "controller", "text": {"en": "controller", "zh": "实际控制人"}},
            "name": "Person 17",
        }
    ],
    "blind": ["card_overdraft"],
    "model_id": "9b2e",
    "policy_hash": "77aa",
}
_BATCH = {
    "batch_id": "5f0c1f6e8a7b4c2d9e3f1a0b6c5d4e3f",
    "portfolio": "sme",
    "as_of": "2026-06-30",
    "known_by": "2026-06-30",
    "published_at": "2026-07-01T02:10:00",
    "superseded": False,
    "newest": True,
    "book_id": "aa01",
    "model_id": "9b2e",
    "policy_hash": "77aa",
    "code_version": "0.1.0+0123456789ab",
    "predecessor_id": "1c9d",
    "compared_id": "1c9d",
    "borrowers_in": 5000,
    "scored": 4180,
    "in_default": 61,
    "rejected": 0,
    "out_of_scope": 820,
    "exposure_fen": 512000000000,
    "exposure_unknown": 12,
    "tallies": [{"tier": _SPECIAL, "level": _ORANGE, "borrowers": 96, "exposure_fen": 9300000000}],
    "provisions": {
        "expected_loss_fen": 9100000000,
        "provision_general_fen": 5120000000,
        "provision_specific_fen": 7300000000,
        "provision_standard_fen": 9900000000,
    },
    "caseload": {"by_model": 300, "by_rules": 250, "released": 40, "overdue": 0, "waiting": 12, "gone": 1},
    "casework": {"overrides": 3, "findings": 41, "overrides_unplaced": 0, "findings_unplaced": 1},
}
_MODEL = {
    "portfolio": "sme",
    "model_id": "9b2e",
    "run_id": "3e5f",
    "since": "2026-06-01T10:00:00",
    "horizon_months": 12,
    "catalogue_version": "1",
    "features": [
        {
            "name": "inflow_change_3m",
            "text": {"en": "Change of money received", "zh": "入账变动"},
            "unit": "change",
            "worse": "lower",
            "reason": _INFLOW,
        }
    ],
    "metrics": {"auc": 0.83},
}

SPOT_REQUEST: dict[str, Any] = {
    "borrower_id": "B0000001",
    "as_of": "2026-06-30",
    "tables": {
        "transactions": [
            {
                "posting_id": "P1",
                "account_id": "A00000010",
                "occurred_at": "2026-06-28T10:15:00",
                "amount": 1500000,
                "category": "sales",
            }
        ]
    },
}

_STOOD = {
    "batch_id": "5f0c1f6e8a7b4c2d9e3f1a0b6c5d4e3f",
    "as_of": "2026-06-30",
    "pd": 0.25,
    "grade": "G6",
    "tier": _SPECIAL,
    "level": _ORANGE,
    "exposure_fen": 31200000,
    "in_default": False,
    "model_id": "4354f0444fabce94",
    "policy_hash": "7bf70f71e871dbed",
}
_CHANGE = {
    "borrower_id": "B0000001",
    "portfolio": "sme",
    "from": {
        **_STOOD,
        "batch_id": "78109549f7544bbb42cbb0a890a24ca8",
        "as_of": "2026-05-31",
        "pd": 0.1,
        "grade": "G5",
        "level": {"code": "none", "text": {"en": "no warning", "zh": "无预警"}},
    },
    "to": _STOOD,
    "pd": {
        "log_odds": 1.098612289,
        "points": 0.15,
        "parts": [
            {
                "part": {"code": "data", "text": {"en": "data", "zh": "数据变动"}},
                "log_odds": 0.878889831,
                "points": 0.12,
            },
            {
                "part": {"code": "definition", "text": {"en": "definition of features", "zh": "特征口径"}},
                "log_odds": 0.0,
                "points": 0.0,
            },
            {"part": {"code": "model", "text": {"en": "model", "zh": "模型"}}, "log_odds": 0.219722458, "points": 0.03},
            {
                "part": {"code": "calibration", "text": {"en": "calibration", "zh": "校准"}},
                "log_odds": 0.0,
                "points": 0.0,
            },
        ],
        "reasons": [{"reason": _INFLOW, "log_odds": 0.878889831, "points": 0.12}],
        "features": [
            {
                "feature": "inflow_change_3m",
                "name": {"en": "Change of money received", "zh": "近3个月入账变动"},
                "reason": _INFLOW,
                "from": -0.1,
                "to": -0.6,
                "log_odds": 0.878889831,
                "points": 0.12,
            }
        ],
    },
    "level": {
        "ranks": 2.0,
        "parts": [
            {"cause": {"code": "pd", "text": {"en": "probability of default", "zh": "违约概率"}}, "ranks": 1.5},
            {"cause": {"code": "rules", "text": {"en": "rules and facts", "zh": "规则与事实"}}, "ranks": 0.5},
        ],
    },
    "tier": {
        "ranks": 0.0,
        "parts": [{"cause": {"code": "pd", "text": {"en": "probability of default", "zh": "违约概率"}}, "ranks": 0.0}],
    },
    "came": [{"code": "INFLOW_HALVED", "text": {"en": "Money coming in has halved", "zh": "入账减半"}}],
    "went": [],
    "definition_parted": True,
    "method": {"en": "Shapley values over all orders", "zh": "对所有先后次序取平均（Shapley 值）"},
}

METRICS = 'ews_batch_age_seconds{portfolio="sme"} 3600.0\news_decisions{level="red",portfolio="sme",tier="loss"} 12.0\n'

EXAMPLES: dict[str, dict[str, Any]] = {
    "alive": {"status": "alive", "version": "0.1.0"},
    "batch": _BATCH,
    "batches": {"items": [_BATCH], "next_cursor": "eyJsaXN0Ijoi…"},
    "borrower": {
        "borrower_id": "B0000001",
        **_WHO,
        "newest_decision": _STANDING,
        "links": {
            "decision": "/v1/borrowers/B0000001/decision?portfolio=sme",
            "decisions": "/v1/borrowers/B0000001/decisions?portfolio=sme",
        },
    },
    "change": _CHANGE,
    "decision": _DECISION,
    "history": {"items": [_STANDING], "next_cursor": "eyJsaXN0Ijoi…"},
    "logged_out": {"status": "logged out"},
    "me": {
        "user_id": "zhang.wei",
        "name": "Zhang Wei",
        "roles": [{"code": "officer", "text": {"en": "officer", "zh": "客户经理"}}],
        "branch_id": "N01",
        "officer_id": "O17",
        "is_machine": False,
    },
    "model": {"items": [_MODEL]},
    "monitoring": {
        "portfolio": "sme",
        "batch_id": "5f0c1f6e8a7b4c2d9e3f1a0b6c5d4e3f",
        "as_of": "2026-06-30",
        "model_id": "9f2c",
        "made_at": "2026-07-01T02:20:00",
        "alarms": [
            {
                "code": "feature_moved",
                "level": {"code": "watch", "text": {"en": "watch", "zh": "关注"}},
                "about": "inflow_change_3m",
                "text": {"en": "It lies otherwise than when the model learnt", "zh": "分布与训练时不同"},
                "since": "2026-05-31",
            }
        ],
        "unknown": [],
        "false_alarms": {
            "stated": 0.05,
            "looks": 12,
            "columns": 241,
            "text": {"en": "At most 5% of years", "zh": "一年内不超过 5%"},
        },
        "score": _SHIFT | {"column": "pd"},
        "features": [_SHIFT],
        "feeds": [
            {
                "table": "transactions",
                "state": {"code": "on_time", "text": {"en": "on time", "zh": "正常"}},
                "covered_to": "2026-06-30",
                "last_row": "2026-06-30",
                "behind": 0,
                "usual": 1,
                "rows": 47537,
                "lean": 44357,
            }
        ],
        "cohorts": [
            {
                "as_of": "2025-06-30",
                "batch_id": "0a1b",
                "model_id": "9f2c",
                "matures_on": "2026-06-30",
                "is_mature": True,
                "is_apart": True,
                "unseen": 0,
                "whole": _COUNTED,
                "grades": {"G6": _COUNTED},
                "auc": 0.81,
                "expected_auc": 0.8,
            }
        ],
        "expected": {
            "rows": 3378,
            "defaults": 104.7,
            "low": 85.9,
            "high": 123.5,
            "auc": 0.78,
            "brier": 0.027,
            "captured_5pct": 0.31,
            "assumption": {"en": "Holds as far as the chances are right", "zh": "在违约概率准确时成立"},
        },
        "promised": {"auc": 0.8, "low": 0.77, "high": 0.83},
        "volume": {"new_warnings": 135, "low": 98, "high": 177, "months": 11},
        "hit_rates": [{"at_least": "red", "within_months": 6, "borrowers": 114, "defaulted": 59, "share": 0.518}],
    },
    "policy": {
        "hash": "77aa",
        "parameters": [
            {
                "name": "substandard_above_dpd",
                "unit": "days",
                "source": "CBIRC and PBoC Order [2023] No. 1",
                "values": [{"from": "2023-07-01", "value": 90}],
            }
        ],
        "grades": [],
        "tier_rules": {},
        "signals": [],
        "playbook": [],
        "calendar": {"country": "CN", "off": [], "working": ["2027-02-13"], "source": "State Council notices"},
        "casework": [],
        "forms": [],
    },
    "ready": {"status": "ready", "checks": [{"name": "store", "detail": "answers"}]},
    "spot": {"base_batch_id": "5f0c1f6e8a7b4c2d9e3f1a0b6c5d4e3f", "decision": _DECISION},
    "warnings": {"items": [{**_STANDING, "borrower_id": "B0000001", **_WHO}], "next_cursor": "eyJsaXN0Ijoi…"},
}
"""Answers by name of the route."""


def _case(kind: tuple[str, str, str], state: tuple[str, str, str], body: dict[str, Any]) -> dict[str, Any]:
    return case_example("W0000001", kind, state, body)


_WARNING = _case(("warning", "warning", "预警"), ("verified", "verified", "已核实"), {"verdict": "true"})

OF_MODELS: dict[str, dict[str, Any]] = {
    "ActsOut": {
        "items": [
            {
                "act": 17,
                "case_id": "W0000001",
                "version": 3,
                "verb": "verify",
                "at": "2026-07-07T10:15:00",
                "user_id": "zhang.wei",
                "state": {"code": "verified", "text": {"en": "verified", "zh": "已核实"}},
                "content": {"verdict": "true", "reason": "Half the workshop stands still"},
            }
        ]
    },
    "CaseOut": _WARNING,
    "CasesOut": {"items": [_WARNING], "next_cursor": "eyJsaXN0Ijoi…"},
    "EventOut": {
        "code": "FLOOD-2026-07",
        "form": "event",
        "due_on": "2026-07-15",
        "hit": 37,
        "opened": 1,
        "borrower_ids": ["B0000001"],
        "dry_run": False,
    },
    "MarkedFalseOut": {
        "marked": 40,
        "sampled": 8,
        "reviewed": 7,
        "disagreed": 1,
        "defaulted_later": {"W0000017": "2026-06-30"},
    },
    "MyDayOut": {
        "today": "2026-07-08",
        "counts": {"late": 1, "today": 2, "soon": 3, "later": 40, "snoozed": 1},
        "items": [
            {
                "band": {"code": "late", "text": {"en": "late", "zh": "已逾期"}},
                "late_days": 2,
                "escalated": True,
                "why": {"en": "Plan what to do: late by 2 days", "zh": "制定方案：已逾期2天"},
                "next": ["plan", "snooze"],
                "case": _WARNING,
            }
        ],
        "next_cursor": "eyJsaXN0Ijoi…",
    },
    "TakenBackOut": {"code": "FLOOD-2026-07", "cancelled": 37, "ended": 0},
}
"""Answers by name of the model, for routes that answer alike and show no example of their own."""


def example(name: str) -> dict[int | str, dict[str, Any]]:
    """Return the OpenAPI response of a route that succeeds."""
    return {200: {"description": "As asked", "content": {"application/json": {"example": EXAMPLES[name]}}}}
