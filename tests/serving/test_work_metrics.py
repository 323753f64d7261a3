from dataclasses import replace
from datetime import date, datetime, timedelta

import pytest
from prometheus_client.parser import text_string_to_metric_families

from ews.casework.night_due import STEP
from ews.serving.footing import Footing
from ews.serving.pulse import Pulse
from ews.store import cases
from ews.store.audit_key import make_key
from ews.store.audit_log import KEY
from ews.store.audit_verified import LastCheck, note_check
from ews.store.cases import Case
from ews.store.engine import writing
from ews.store.nights import Mark, keep_mark
from tests.serving.conftest import NOW


@pytest.fixture
def footing(tmp_path):
    folder = tmp_path / "audit"
    folder.mkdir()
    make_key(folder / KEY)
    return Footing(tmp_path, folder, folder / KEY, 1)


@pytest.fixture
def figures(client_of, services, desk, footing):
    """Give a function that returns the figures of a service as {(name, labels): value}."""

    def read(**changed):
        key = footing.key_file.read_text().strip() if footing.key_file.is_file() else "00" * 32
        own = replace(services, desk=replace(desk, audit_key=bytes.fromhex(key)), footing=footing)
        told = client_of(own, **changed).get("/metrics").text
        return {
            (sample.name, *sample.labels.values()): sample.value
            for family in text_string_to_metric_families(told)
            for sample in family.samples
        }

    return read


def opened(store, kind, state, due_on):
    with writing(store) as connection:
        draft = Case(kind, state, "sme", "B1", "branch-1", due_on=due_on)
        cases.open_case(connection, draft, verb="raise", user_id="ews", at=NOW, content={})


def test_approvals_that_wait_are_told_by_kind_none_as_zero(figures, store):
    opened(store, "override", "proposed", date(2026, 7, 31))
    opened(store, "override", "proposed", date(2026, 8, 1))
    opened(store, "override", "approved", date(2026, 7, 1))
    opened(store, "warning", "raised", date(2026, 7, 31))
    found = figures()
    assert (found["ews_approvals_waiting", "override"], found["ews_approvals_overdue", "override"]) == (2, 1)
    assert (found["ews_approvals_waiting", "measure"], found["ews_approvals_overdue", "measure"]) == (0, 0)
    assert (found["ews_cases_open", "override"], found["ews_cases_late", "override"]) == (3, 2)
    assert (found["ews_cases_open", "warning"], found["ews_cases_late", "warning"]) == (1, 1)


def test_the_age_of_the_last_night_is_told_once_there_was_one(figures, store):
    assert ("ews_night_age_seconds",) not in figures()
    with writing(store) as connection:
        keep_mark(connection, STEP, Mark("today", 0, 0, 0), NOW - timedelta(hours=2))
    assert figures()["ews_night_age_seconds",] == 7200


def test_nights_and_deliveries_are_counted_and_a_night_that_fails_shows_until_one_is_done(figures):
    pulse = Pulse()
    pulse.night_done()
    pulse.night_failed()
    pulse.night_failed()
    pulse.delivery_failed()
    found = figures(pulse=pulse)
    assert (found["ews_nights_total",], found["ews_nights_failed_total",], found["ews_night_failing",]) == (1, 2, 1)
    assert found["ews_deliveries_failed_total",] == 1
    pulse.night_done()
    assert figures(pulse=pulse)["ews_night_failing",] == 0


def test_what_the_last_check_of_the_log_found_is_told_with_its_age(figures, footing):
    assert ("ews_audit_faults",) not in figures()
    note_check(footing.audit, LastCheck(datetime(2026, 8, 1, 6), 900, 3))
    found = figures()
    assert (found["ews_audit_faults",], found["ews_audit_check_age_seconds",]) == (3, 7 * 3600)


def test_a_key_that_is_gone_shows(figures, footing):
    assert figures()["ews_audit_ok",] == 1
    footing.key_file.unlink()
    assert figures()["ews_audit_ok",] == 0


def test_the_disk_of_the_home_is_told_and_nothing_of_one_that_is_gone(figures, footing):
    found = figures()
    assert 0 < found["ews_disk_free_bytes",] <= found["ews_disk_size_bytes",]
    gone = figures(footing=replace(footing, home=footing.home / "gone"))
    assert ("ews_disk_free_bytes",) not in gone
    assert gone["ews_store_up",] == 1


def test_version_and_process_are_told(figures):
    found = figures()
    assert found["ews_build_info", "0.1.0"] == 1
    assert found["process_start_time_seconds",] > 0
