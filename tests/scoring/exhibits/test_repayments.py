from datetime import date

from tests.scoring.exhibits.worked import loan, months_told

NAMES = ("due_fen", "paid_on_time_fen", "paid_late_fen", "unpaid_fen")


def due(on, amount, number=1, component="principal"):
    return {"loan_id": f"L{number}", "due_on": on, "component": component, "due_amount": amount,
            "known_on": date(2024, 1, 10)}  # fmt: skip


def paid(on, amount, number=1):
    return {"payment_id": f"Y{on}{number}", "loan_id": f"L{number}", "paid_on": on, "paid_amount": amount}


def told(rows, **more):
    """Return what is told of the months, as (due, on time, late, unpaid) by lag."""
    columns = [months_told({"loans": [loan(opened_on=date(2026, 1, 10))], **rows}, name, **more) for name in NAMES]
    return {lag: tuple(column.get(lag) for column in columns) for lag in columns[0]}


DUE = [due(date(2026, 4, 20), 100), due(date(2026, 5, 20), 80), due(date(2026, 5, 20), 20, component="interest"),
       due(date(2026, 6, 20), 100), due(date(2026, 7, 20), 100)]  # fmt: skip


def test_what_fell_due_was_paid_on_time_late_or_not_at_all():
    payments = [paid(date(2026, 4, 20), 100), paid(date(2026, 5, 20), 30), paid(date(2026, 6, 1), 70),
                paid(date(2026, 6, 25), 45)]  # fmt: skip
    assert told({"instalments": DUE, "payments": payments}) == {
        0: (100, 0, 45, 55),
        1: (100, 30, 70, 0),
        2: (100, 100, 0, 0),
        3: (0, 0, 0, 0),
        4: (0, 0, 0, 0),
        5: (0, 0, 0, 0),
    }


def test_what_is_paid_ahead_is_on_time_and_serves_the_oldest_item_first():
    months = told({"instalments": DUE[:3], "payments": [paid(date(2026, 4, 1), 150)]})
    assert (months[1], months[2]) == ((100, 50, 0, 50), (100, 100, 0, 0))


def test_one_loan_does_not_pay_for_the_other():
    both = {"loans": [loan(1), loan(2)], "instalments": [due(date(2026, 6, 2), 100), due(date(2026, 6, 3), 60, 2)]}
    assert told({**both, "payments": [paid(date(2026, 6, 1), 200)]})[0] == (160, 100, 0, 60)


def test_what_payments_do_not_tell_of_is_due_and_nobody_knows_whether_it_was_paid():
    rows = {"instalments": DUE, "payments": [paid(date(2026, 5, 20), 100)]}
    months = told(rows, covered=(date(2026, 5, 1), date(2026, 6, 30)))
    assert (months[1], months[2]) == ((100, 100, 0, 0), (100, None, None, None))
    ends_early = told(rows, covered=(date(2026, 1, 1), date(2026, 6, 29)))
    assert ends_early[1] == (100, None, None, None)
    assert told({"instalments": DUE})[1] == (100, None, None, None)


def test_without_a_schedule_it_is_unknown_what_fell_due():
    assert told({"ledger": [{"loan_id": "L1", "stated_on": date(2026, 5, 31), "balance": 5, "dpd": 0}]}) == {}
