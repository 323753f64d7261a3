"""Comparisons of a challenger with a champion, for tests of what hangs on them."""

from datetime import date, datetime
from typing import Any

from ews.domain.text import Text
from ews.models.comparison import Check, Comparison, Figures

FIGURES = Figures(0.8, 0.1, 0.03, 0.4, 0.0, 1.0)


def check(test: str = "challenger_auc", verdict: str = "passed", *, must: bool = True) -> Check:
    return Check(test, "whole", Text("A check", "检验"), 0.01, -0.005, 0.02, -0.01, 900, 40, verdict, must)


def comparison(model_id: str, champion_id: str, *checks: Check, **changes: Any) -> Comparison:
    """Return a comparison that passed, unless `checks` say otherwise."""
    content: dict[str, Any] = {
        "model_id": model_id,
        "champion_id": champion_id,
        "book_id": "b",
        "compared_at": datetime(2026, 7, 1),
        "days": (date(2025, 6, 30),),
        "rows": 900,
        "defaults": 40,
        "seen_by_champion": 0,
        "challenger": FIGURES,
        "champion": FIGURES,
        "checks": checks or (check(),),
    }
    return Comparison(**{**content, **changes})
