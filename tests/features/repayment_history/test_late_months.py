from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ews.features.repayment_history import family as repayment_history
from tests.features.cases import AS_OF, told

LOAN = {"loan_id": "L1", "borrower_id": "B1", "product": "card", "known_on": date(2015, 1, 1)}
UNTOLD, GAP = None, "gap"
SPELLS = ("late_streak", "late_spells_60m", "months_since_cure")


def month_end(back: int) -> date:
    first = 12 * AS_OF.year + AS_OF.month - back  # of the month after the one meant, counted from 0
    return date.fromordinal(date(first // 12, first % 12 + 1, 1).toordinal() - 1)


def statements(record, loan: str = "L1") -> list[dict[str, object]]:
    """Return the ledger whose newest dpd comes first; GAP is a month without a row."""
    return [
        {"loan_id": loan, "stated_on": month_end(back), "dpd": dpd} for back, dpd in enumerate(record) if dpd != GAP
    ]


def case(record) -> dict[str, list[dict[str, object]]]:
    return {"loans": [LOAN], "ledger": statements(record)}


def test_a_record_worked_by_hand():
    # back:      0  1   2   3   4     5  6   7..15     16
    record = [12, 0, 45, 15, UNTOLD, 0, 70, *[0] * 9, 95]
    names = {
        "months_late_3m": 2,
        "months_late_12m": 4,
        "late_streak": 1,
        "months_late30_6m": 1,
        "months_late30_24m": 3,
        "months_late30_ever": 3,
        "months_late_ever": 5,
        "months_late60_ever": 2,
        "dpd_max_ever": 95,
        "late30_of_late_share": 3 / 5,
        "months_since_first_late30": 16,
        # begun in months 0, 3, 6 and 16; 30 days reached in 2, 6 and 16; in month 1 the 45 days had been paid
        "late_spells_60m": 4,
        "late30_spells_60m": 3,
        "months_since_cure": 1,
    }
    assert told(repayment_history, [case(record)], list(names)) == [tuple(names.values())]
    weights = {back: 6 / (back + 6) for back, dpd in enumerate(record) if dpd is not None}
    late = sum(weight for back, weight in weights.items() if record[back])
    ((share,),) = told(repayment_history, [case(record)], ["late_weighted_share"])
    assert share == pytest.approx(late / sum(weights.values()), abs=1e-5)


RECORDS = [
    ([0, 0], 0, 0, 60),
    ([5, 5, 5], 3, 1, 60),
    ([5, 5, 0, 5], 2, 2, 2),
    ([5, UNTOLD, 5], 1, 2, 60),  # a month that is not told of ends the streak and is no cure
    ([GAP, 5, 5, 0], 2, 1, 60),  # the statement of this month is not there yet
    ([5, 31, 65, 95], 4, 1, 0),
    ([31, 5, 31], 3, 1, 1),
    ([0] * 60 + [5, 0], 0, 0, 60),  # longer ago than 60 months
    ([0] * 59 + [5, 0], 0, 1, 58),
    ([UNTOLD], None, None, None),
]


def test_streaks_spells_and_cures():
    assert told(repayment_history, [case(record) for record, *_ in RECORDS], SPELLS) == [
        tuple(expected) for _, *expected in RECORDS
    ]


def test_the_worst_loan_speaks_for_the_month():
    loans = [LOAN, {**LOAN, "loan_id": "L2"}]
    both = {"loans": loans, "ledger": statements([0, 40, 0]) + statements([5, 0, 5], "L2")}
    assert told(repayment_history, [both], (*SPELLS, "late30_spells_60m", "late_share_12m")) == [(3, 1, 0, 1, 3 / 6)]


records = st.lists(st.sampled_from([0, 0, 5, 31, 65, 95, UNTOLD, GAP]), min_size=1, max_size=70)


def walked(record) -> tuple[int, int, int]:
    """Return spells, spells of 30 days and months since the last cure, month by month."""
    bucket = [-1 if dpd in (UNTOLD, GAP) else sum(dpd >= step for step in (1, 30, 60, 90)) for dpd in record]
    bucket = [*bucket[:60], -1]  # what stood there longer ago is not read
    spells, spells30, since = 0, 0, 60
    for back in reversed(range(len(bucket) - 1)):
        now, before = bucket[back], bucket[back + 1]
        spells += now >= 1 > before
        spells30 += now >= 2 > before
        since = back if 0 <= now < before else since
    return spells, spells30, since


@settings(max_examples=3, deadline=None)
@given(each=st.lists(records, min_size=20, max_size=20))
def test_bits_tell_what_a_walk_through_the_months_tells(each):
    each = [[0, *record] for record in each]
    names = ("late_spells_60m", "late30_spells_60m", "months_since_cure")
    assert told(repayment_history, [case(record) for record in each], names) == [walked(record) for record in each]
