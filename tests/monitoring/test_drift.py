"""The grades of the champion against those of its first batch."""

from datetime import date

from ews.monitoring.drift import grade_drift
from ews.monitoring.history import load_history
from ews.monitoring.stability import Verdict
from tests.store.samples import JULY, JUNE, published, row

AUGUST = date(2026, 8, 31)


def graded(**counts: int):
    return [row(f"{grade}{number}", grade=grade) for grade, count in counts.items() for number in range(count)]


def test_each_later_batch_of_the_champion_is_measured_against_its_first(store):
    published(store, "may", graded(G1=9), as_of=date(2026, 5, 31), model_id="old")
    published(store, "june", graded(G1=60, G2=60), as_of=JUNE)
    published(store, "july", graded(G1=60, G2=60), as_of=JULY)
    published(store, "august", [*graded(G1=119, G2=1), row("D", grade="D", pd=None, in_default=True)], as_of=AUGUST)
    july, august = grade_drift(load_history(store, "sme"))
    assert (july.batch_id, july.since, july.shift.psi, july.shift.verdict) == ("july", JUNE, 0, Verdict.STABLE)
    assert (august.as_of, august.shift.base, august.shift.now) == (AUGUST, 120, 120)
    assert august.shift.verdict is Verdict.MOVED_FAR


def test_drift_says_which_data_only_one_of_the_two_batches_saw(store):
    published(store, "june", graded(G1=3), summary={"blind": []})
    published(store, "july", graded(G1=3), as_of=JULY, summary={"blind": ["credit_inquiries"]})
    published(store, "august", graded(G1=3), as_of=AUGUST, summary={"blind": []})
    assert [one.seen_once for one in grade_drift(load_history(store, "sme"))] == [("credit_inquiries",), ()]


def test_the_first_batch_of_a_champion_has_no_drift(store):
    published(store, "june", graded(G1=9), model_id="old")
    published(store, "july", graded(G1=9), as_of=JULY)
    assert grade_drift(load_history(store, "sme")) == ()


def test_a_branch_has_its_own_drift(store):
    published(store, "june", [*graded(G1=3), row("X", branch_id="b2", grade="G2")])
    published(store, "july", [*graded(G1=2), row("X", branch_id="b2", grade="G2")], as_of=JULY)
    found = grade_drift(load_history(store, "sme"), "b2")
    assert [(one.shift.base, one.shift.now, one.shift.verdict) for one in found] == [(1, 1, Verdict.TOO_FEW)]
