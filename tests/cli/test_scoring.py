import io
from datetime import date
from pathlib import Path

import pytest
from rich.console import Console

from ews.cli import scoring, show
from ews.domain.levels import Tier, WarningLevel
from ews.scoring.again.told import Again, Anew
from ews.scoring.folder import ScoredBatch
from ews.scoring.identity import BatchKey
from ews.scoring.reconcile import Totals

DAY = date(2026, 6, 30)
KEY = BatchKey("sme", "book", DAY, DAY, "model", "policy", "code", None, None)


@pytest.mark.parametrize(
    ("total", "unknown", "shown", "head"),
    [
        (None, 2, "—", "known exposure"),
        (100_000, 1, "1,000 元", "known exposure"),
        (100_000, 0, "1,000 元", " exposure"),
    ],
)
def test_an_exposure_that_nobody_knows_is_not_shown_as_nothing(monkeypatch, total, unknown, shown, head):
    found = {"borrowers": 2, "exposure_fen": total or 0}
    none = {"borrowers": 0, "exposure_fen": 0}
    batch = ScoredBatch(
        KEY,
        Totals(2, 2, 0, 0, 0, total, unknown, total),
        {tier.value: found if tier is Tier.PASS else none for tier in Tier},
        {level.value: found if level is WarningLevel.NONE else none for level in WarningLevel},
        (),
        {"expected_loss_fen": None},
        {},
        Path("batch"),
        fresh=True,
    )
    monkeypatch.setattr(show, "OUT", Console(width=100, file=(out := io.StringIO())))
    scoring.tell_batch(batch)
    line = next(line for line in out.getvalue().splitlines() if "正常 pass" in line)
    assert line.strip("│ ").split("│")[-1].strip() == shown
    assert head in out.getvalue()
    assert ("0 元" in out.getvalue().replace("000 元", "")) is (total is not None)


def test_how_many_pass_each_filter_is_told_with_the_money_set_aside(monkeypatch):
    none = {"borrowers": 0, "exposure_fen": 0}
    batch = ScoredBatch(
        KEY,
        Totals(9, 9, 0, 0, 0, 100, 0, 100),
        {tier.value: none for tier in Tier},
        {level.value: {"borrowers": 2, "exposure_fen": 0} for level in WarningLevel},
        (),
        {"expected_loss_fen": 1_000_000, "provision_general_fen": None},
        {"by_model": 4, "by_rules": 5, "released": 2, "overdue": 1, "waiting": 1, "gone": 0},
        Path("batch"),
        fresh=True,
    )
    monkeypatch.setattr(show, "OUT", Console(width=200, file=(out := io.StringIO())))
    scoring.tell_batch(batch)
    told = out.getvalue()
    assert "expected loss 预期损失 1.0 万元" in told
    assert "一般准备" not in told
    assert "模型 4, other signals 规则 5" in told
    assert "有预警等级 6 → new 新预警 3 → handed out now 本次移交 2 (overdue 超期 1), waiting 排队 1" in told
    assert "gone" not in told


def test_casework_is_told_with_what_the_book_has_no_place_for():
    counts = {"overrides": 3, "findings": 1_200, "overrides_unplaced": 0, "findings_unplaced": 0}
    assert scoring._casework(counts) == "casework 人工认定: overrides 人工调整 3, findings 检查认定 1,200"
    assert scoring._casework({**counts, "findings_unplaced": 2}).endswith("台账中无此借款人或借据: 2")
    assert scoring._casework(dict.fromkeys(counts, 0)) == scoring._casework({}) == ""


def test_how_many_were_decided_again_is_told_with_the_batch_that_the_others_are_kept_from():
    again = Again("0123", 997, 3, 20, 4)
    assert scoring._again(again).startswith("3 of 1,000 re-decided 重新评定, 997 kept from batch 0123 沿用; ")
    assert scoring._again(again).endswith("4 again 重算, 20 kept 沿用")
    assert scoring._again(None) == ""
    plain = {"batch_id": "0123", "kept": 997, "decided": 3, "tables_taken": 20, "tables_made": 4}
    assert scoring._again_plain(again) == {**plain, "decided_anew_because": None}
    assert scoring._again_plain(None) is None


@pytest.mark.parametrize("anew", Anew)
def test_why_all_are_decided_anew_is_told_in_both_languages(anew):
    again = Again("0123", 0, 1_000, 0, 9, anew)
    told = scoring._again(again)
    assert "batch 0123" in told
    assert "all 1,000 decided anew 全部重新评定" in told
    assert told.endswith(f"{anew.value.en} {anew.value.zh}")
    assert scoring._again_plain(again)["decided_anew_because"] == anew.name.lower()
