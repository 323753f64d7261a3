from pathlib import Path
from typing import Any

import numpy as np
import pytest

from benchmarks.signals import measured, page_of, verdict, wilson, worth
from tests.policy.policies import POLICY

PAGE = Path(__file__).parents[2] / "docs" / "signals.md"


def flags(text: str) -> np.ndarray[Any, np.dtype[np.bool_]]:
    return np.array([sign == "x" for sign in text])


def test_a_signal_is_worth_what_it_catches_beyond_arrears_grade_and_the_other_signals():
    held = {"ONE": flags("xxxx...."), "OTHER": flags("..xx.x..")}
    outcome, beyond = flags("x.x.x.x."), flags("xxx...xx")
    found = worth("ONE", held, outcome, beyond)
    assert found["fires"] == 500
    assert found["precision"] == 0.5
    assert found["precision_se"] == 0.25
    assert found["lift"] == 1
    assert found["beyond_fires"] == 3
    assert found["beyond_lift"] == pytest.approx((2 / 3) / (3 / 5))
    assert (found["beyond_caught"], found["beyond_alone"]) == (2, 1)


def test_a_signal_that_never_fires_has_no_precision():
    found = worth("ONE", {"ONE": flags("....")}, flags("x..."), flags("xxxx"))
    assert (found["fires"], found["precision"], found["beyond_lift"], found["beyond_low"]) == (0, None, None, None)


def test_the_interval_is_wilsons():
    # Centre (0.1 + z²/200) / (1 + z²/100), half width by the formula, z = 1.6449
    assert wilson(10, 100) == pytest.approx((0.0607, 0.1604), abs=1e-4)
    assert wilson(0, 0) == (None, None)


VERDICTS: list[tuple[list[dict[str, Any]], str]] = [
    ([{"beyond_caught": 20, "beyond_lift": 1.5, "beyond_low": 1.1}], "adds"),
    ([{"beyond_caught": 20, "beyond_lift": 1.5, "beyond_low": 0.9}], "adds nothing"),
    ([{"beyond_caught": 20, "beyond_lift": 1.29, "beyond_low": 1.1}], "adds nothing"),
    (
        [
            {"beyond_caught": 20, "beyond_lift": 1.5, "beyond_low": 1.1},
            {"beyond_caught": 9, "beyond_lift": 0.99, "beyond_low": 0.5},
        ],
        "adds nothing",
    ),
    (
        [
            {"beyond_caught": 20, "beyond_lift": 1.5, "beyond_low": 1.1},
            {"beyond_caught": 9, "beyond_lift": 1.0, "beyond_low": 0.5},
        ],
        "adds",
    ),
    ([{"beyond_caught": 4, "beyond_lift": 9.0, "beyond_low": 3.0}], "too few to say"),
]


@pytest.mark.parametrize(("worlds", "expected"), VERDICTS)
def test_a_signal_adds_where_it_is_sure_in_one_world_and_not_against_it_in_the_other(worlds, expected):
    found = {name: {"signals": {"ONE": one}} for name, one in zip("AB", worlds, strict=False)}
    assert verdict("ONE", found) == expected
    assert verdict("OTHER", found) == "not measured"


def test_what_needs_a_batch_before_or_a_check_is_not_measured():
    left_out = {signal.code for signal in POLICY.signals} - {signal.code for signal in measured(POLICY)}
    assert left_out >= {"GROUP_MEMBER_DEFAULTED", "GUARANTEED_TURNED_BAD", "STOPPAGE_FOUND", "TIER_FELL", "GRADE_RED"}
    assert "INFLOW_HALVED" not in left_out


def test_the_page_tells_every_signal_of_the_policy_as_it_stands():
    page = PAGE.read_text(encoding="utf-8")
    told = [line.removeprefix("## ") for line in page.splitlines() if line.startswith("## ")]
    assert told == [signal.code for signal in POLICY.signals]
    assert [signal.code for signal in POLICY.signals if f"`{signal.when.values[-1][1].text}`" not in page] == []


def test_a_page_with_figures_tells_them_below_the_signal():
    figures = {"fires": 12.0, "precision": 0.05, "precision_se": 0.01, "lift": 3.0, "beyond_fires": 40,
               "beyond_lift": 2.0, "beyond_low": 1.2, "beyond_high": 3.1, "beyond_caught": 9,
               "beyond_alone": 4}  # fmt: skip
    world = {"rows": 1000, "defaults": 17, "beyond_rows": 900, "beyond_defaults": 10}
    page = page_of(POLICY, {"A": {**world, "signals": {"BRIDGE_MONEY": figures}}})
    assert (
        "- A: fires 12.0 ‰, precision 5.0% ± 1.0%, lift 3.0; beyond: 40 rows, lift 2.0 (1.2 to 3.1), 9 defaults, "
        "4 by no other signal\n- adds\n"
    ) in page
