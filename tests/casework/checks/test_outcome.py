from ews.casework.checks.body import body_of
from ews.casework.checks.checks import form_of, submit_check
from ews.casework.checks.outcome import outcome_ahead
from ews.store.cases import find_case
from ews.store.engine import reading
from ews.store.findings import findings_of_case
from tests.casework.checks.test_checks import PHONE, TODAY, bank, begun, saved  # noqa: F401 - bank is a fixture
from tests.casework.people import OFFICER


def ahead(desk, case):
    return outcome_ahead(desk, OFFICER, case, form_of(desk, body_of(case).form, TODAY))


def test_what_is_told_ahead_is_what_a_submission_keeps(bank):  # noqa: F811 - the fixture of that name
    draft = saved(bank, begun(bank), {**PHONE, "sales_trend": "rising"})
    told = ahead(bank, draft)
    assert ([one.code for one in told.flags], told.is_plain) == (["contradicts"], False)
    with reading(bank.store) as connection:
        assert find_case(connection, draft.case_id) == draft
    kept = submit_check(bank, OFFICER, draft.case_id, version=draft.version)
    assert (body_of(kept).flags, body_of(kept).proposed) == (told.flags, told.proposed)
    with reading(bank.store) as connection:
        found = findings_of_case(connection, draft.case_id)
    assert [(one.field, one.value) for one in found] == [(one.field, one.value) for one in told.findings]


def test_nothing_is_asked_about_a_plain_check(bank):  # noqa: F811
    assert ahead(bank, saved(bank, begun(bank))).is_plain
