from benchmarks.policy_speed import measure, random_borrowers
from tests.policy.policies import POLICY


def test_all_signals_are_judged_in_one_scan_of_the_table():
    found = measure(1_000, POLICY)
    assert (found["rows"], found["signals"], found["scans"]) == (1_000, len(POLICY.signals), 1)


def test_the_same_borrowers_come_each_time():
    assert random_borrowers(50).equals(random_borrowers(50))
