import json
from datetime import date, timedelta
from pathlib import Path

import pytest

from ews.cli import difference, show
from ews.cli.settings import Settings
from ews.domain.errors import EwsError
from ews.domain.raised import Raised
from ews.scoring.difference import compare
from ews.scoring.replay import Published
from tests.policy.policies import POLICY, changed
from tests.scoring.test_difference import TUESDAY, replayed

STRICTER = "values  = { 2023-07-01 = 90, 2026-08-01 = 10 }"
ONE = Published("b1", Path("b1"), TUESDAY, TUESDAY, None, None)


def shown(found, capsys, on: date | None = None) -> str:
    show.OUT.width = 100
    difference.show_difference(found, difference.Tried(("a" * 64, "b" * 64), on), [ONE])
    out: str = capsys.readouterr().out
    assert all(len(line) <= 130 for line in out.splitlines())
    return out


def test_a_policy_that_is_not_in_force_yet_is_tried_as_it_will_stand(scored, tmp_path, capsys):
    folder = changed(tmp_path, "parameters.toml", "values  = { 2023-07-01 = 90 }", STRICTER)
    difference.tell(Settings(home=scored.home), "default", str(folder), scored.book, 1, as_json=True)
    found = json.loads(capsys.readouterr().out)
    assert (found["old"], found["on"], found["as_of"]) == (POLICY.hash, "2026-08-01", "2026-06-30")
    assert found["money_by_tier"]["pass"]["change_fen"] <= 0 < found["money_by_tier"]["substandard"]["change_fen"]
    assert sum(money["change_fen"] for money in found["money_by_tier"].values()) == 0
    assert found["by_rule"]["OVERDUE_90"]["gained"] > 0
    assert found["movers_counted"] == len(found["movers"]) > 0
    moved = sum(row[2] for row in found["tiers"] if row[0] != row[1])
    assert moved == sum(mover["tier"][0] != mover["tier"][1] for mover in found["movers"]) > 0
    assert sum(row[2] for row in found["tiers"]) == found["borrowers"]


def test_a_book_that_is_none_is_told(scored, tmp_path):
    with pytest.raises(EwsError):
        difference.tell(Settings(home=scored.home), "default", "default", tmp_path, 1, as_json=True)


def test_people_see_standings_moves_rules_and_money_both_ways(capsys):
    old = replayed({"held": ["LATE"], "tier": "special_mention"}, {}, {"signals": ["DRAWN"]})
    new = replayed({"held": ["LATE", "VERY_LATE"], "tier": "substandard", "loss": 1_000_010}, {"level": "red"}, {})
    out = shown(compare([old], [new]), capsys, date(2026, 8, 1))
    assert out.startswith("Policy 策略 aaaaaaaaaaaa → bbbbbbbbbbbb on 1 batches")
    for text in (
        "both as they stand on 2026-08-01",
        "│ 次级 substandard     │      0 │      1 │ +1 │",
        "│ 关注 special mention → 次级 substandard │            1 │",
        "│ VERY_LATE │              +1 │                 -0 │",
        "+1.0 万元",
        "2 of 3 borrowers move 变动 2 户",
    ):
        assert text in out


def test_the_same_policy_says_that_nobody_moves(capsys):
    one = replayed({"held": ["LATE"]}, {"signals": ["DRAWN"]})
    out = shown(compare([one], [one]), capsys)
    assert "0 of 2 borrowers move 变动 0 户" in out
    assert "Movers" not in out
    assert "→ 次级" not in out


def test_long_lists_are_cut_and_counted(capsys):
    rows = [{"level": "red", "signals": [f"CODE_{number}"]} for number in range(30)]
    weeks = [TUESDAY + timedelta(weeks=number) for number in range(-10, 20)]
    out_on = {f"B{number + 1}": Raised((), "x", day, 1, is_waiting=day > TUESDAY) for number, day in enumerate(weeks)}
    out = shown(compare([replayed(*({} for _ in rows))], [replayed(*rows, raised=out_on)]), capsys)
    assert "and 10 more rules 条规则, in --json" in out
    assert "and 10 more borrowers 户, in --json" in out
    assert "22 more weeks in --json; still waiting 排队: 0→19" in out
    assert out.count("│ B") == difference.MOST_LINES + 1
