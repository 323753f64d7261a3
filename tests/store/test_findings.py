from datetime import date

import pyarrow as pa
import pytest

from ews.events.schemas import FINDINGS, SQL_TYPES
from ews.store import findings as module
from ews.store.audit import changing
from ews.store.cases import Case, open_case
from ews.store.engine import reading
from ews.store.findings import Finding, add_findings, findings_known_by, findings_of_borrower, findings_of_case
from tests.books import ARROW
from tests.store.samples import NOON

DAY = date(2026, 7, 6)


def finding(finding_id, **changed):
    usual = {
        "portfolio": "sme",
        "borrower_id": "B1",
        "loan_id": None,
        "found_on": date(2026, 7, 3),
        "known_on": DAY,
        "field": "stoppage",
        "value": "partly",
        "author": "officer",
        "case_id": "C0000001",
    }
    return Finding(finding_id, **{**usual, **changed})


@pytest.fixture
def add(store):
    with changing(store) as connection:
        open_case(connection, Case("check", "draft"), verb="begin", user_id="officer", at=NOON, content={})

    def rows(*found):
        with changing(store) as connection:
            add_findings(connection, found)

    return rows


def known(store, day, portfolio="sme"):
    return [
        (row["finding_id"], row["value"], row["known_until"])
        for row in findings_known_by(store, portfolio, day).to_pylist()
    ]


def test_the_columns_are_those_of_a_stored_table_of_findings(store):
    table = findings_known_by(store, "sme", DAY)
    wanted = {column.name: ARROW[SQL_TYPES[column.kind]] for column in FINDINGS.columns}
    wanted |= {"known_on": pa.date32(), "known_until": pa.date32()}
    assert dict(zip(table.schema.names, table.schema.types, strict=True)) == wanted
    assert table.num_rows == 0


def test_a_finding_is_known_from_the_end_of_the_day_of_its_entry(store, add):
    add(finding("F1"))
    assert known(store, date(2026, 7, 5)) == []
    assert known(store, DAY) == [("F1", "partly", None)]
    assert known(store, DAY, portfolio="other") == []
    assert findings_known_by(store, "sme", DAY).to_pylist()[0] == {
        "finding_id": "F1",
        "borrower_id": "B1",
        "loan_id": None,
        "found_on": date(2026, 7, 3),
        "field": "stoppage",
        "value": "partly",
        "author": "officer",
        "known_on": DAY,
        "known_until": None,
    }


def test_a_correction_takes_the_place_of_a_finding_from_its_own_day_on(store, add):
    add(finding("F1"), finding("F2", value="no", known_on=date(2026, 7, 8), corrects="F1"))
    assert known(store, date(2026, 7, 7)) == [("F1", "partly", None)]
    assert known(store, date(2026, 7, 8)) == [("F1", "partly", date(2026, 7, 8)), ("F2", "no", None)]


def test_a_correction_without_a_value_takes_a_finding_back(store, add):
    add(finding("F1"), finding("F2", value=None, known_on=date(2026, 7, 8), corrects="F1"))
    assert known(store, date(2026, 7, 9)) == [("F1", "partly", date(2026, 7, 8))]


def test_what_was_corrected_on_its_own_day_was_never_known(store, add):
    add(finding("F1"), finding("F2", value="no", corrects="F1"))
    assert known(store, DAY) == [("F2", "no", None)]


def test_nothing_that_was_added_is_ever_changed(store, add):
    rows = (finding("F1"), finding("F2", value=None, known_on=date(2026, 7, 8), corrects="F1"))
    add(*rows)
    add()
    with reading(store) as connection:
        assert findings_of_borrower(connection, "sme", "B1") == rows
        assert findings_of_case(connection, "C0000001") == rows
        assert findings_of_borrower(connection, "other", "B1") == ()
    public = {name for name in vars(module) if "finding" in name}
    assert public == {"findings", "add_findings", "findings_of_case", "findings_of_borrower", "findings_known_by"}
