from datetime import date

import pandas as pd
import pytest

from benchmarks.left_out import FILE, LeftOut, left_out_held, read_left_out
from tests.policy.policies import POLICY

DAY = date(2026, 6, 30)
LEFT_OUT = read_left_out(POLICY)


def test_what_was_left_out_is_not_in_the_policy_and_says_why():
    codes = [signal.code for signal in LEFT_OUT.signals]
    assert not set(codes) & {signal.code for signal in POLICY.signals}
    assert list(LEFT_OUT.why) == codes
    assert all(why.endswith(".") for why in LEFT_OUT.why.values())


def test_the_plain_form_of_a_signal_stands_beside_what_was_chosen():
    plain = {code.removesuffix("_PLAIN") for code in LEFT_OUT.why if code.endswith("_PLAIN")}
    assert plain
    assert plain <= {*LEFT_OUT.why, *(signal.code for signal in POLICY.signals)}


def test_a_signal_left_out_is_judged_like_those_of_the_policy():
    chosen = ("SETTLEMENT_MOVED", "NONBANK_CREDIT_SOUGHT")
    left_out = LeftOut(tuple(one for one in LEFT_OUT.signals if one.code in chosen), {})
    borrowers = pd.DataFrame(
        {
            "borrower_id": ["B1", "B2", "B3"],
            "tier_rank": [0, 0, 1],
            "tier_rank_before": None,  # the first day knows of nothing before
            "settlement_share_12m": [0.1, 0.3, None],
            "nonbank_inquiries_6m": [3.0, 0.0, 3.0],
            "owner_nonbank_inquiries_6m": [None, 0.0, 0.0],
            "patterns_held": 7,
        }
    )
    found = left_out_held(borrowers, POLICY, left_out, DAY).set_index("borrower_id")["left_out"]
    assert [set(found[one]) for one in ("B1", "B2", "B3")] == [set(chosen), set(), {"NONBANK_CREDIT_SOUGHT"}]


def test_an_entry_without_a_reason_is_refused(tmp_path):
    lines = FILE.read_text(encoding="utf-8").splitlines()
    (tmp_path / "left_out.toml").write_text("\n".join(one for one in lines if not one.startswith("why")), "utf-8")
    with pytest.raises(KeyError, match="why"):
        read_left_out(POLICY, tmp_path / "left_out.toml")
