"""Fuzzing in its smallest size: a real service over the scored home, a few operations, one role; and what is told."""

import pytest

from benchmarks.fuzz.engine import Wanted, ask
from benchmarks.fuzz.home import MACHINE, NOBODY, ROLES, peopled
from benchmarks.fuzz.run import is_sound, told_of
from benchmarks.fuzz.service import serving
from benchmarks.fuzz.tally import Fault, Tally
from ews.cli.settings import Settings
from ews.domain.people import Role


@pytest.fixture(scope="module")
def served(scored, tmp_path_factory):
    home = tmp_path_factory.mktemp("fuzz") / "home"
    scored.copied_to(home, without=("artifacts", "mlflow.db"))
    made = peopled(Settings(home=home))
    with serving(made) as service:
        yield service, made


def test_a_few_operations_hold_whatever_is_sent(served):
    service, made = served
    wanted = Wanted(100, 2, ("officer",), r"^/v1/(me|watch-list)$")
    tally = ask(service, service.credentials(made, "officer"), "officer", 20_266, wanted)
    told = told_of({"officer": tally}, 20_266, 0)
    assert told["faults"] == []
    assert told["errors"] == []
    assert (told["server_errors"], told["nonconforming"]) == (0, 0)
    assert told["requests"] > 100
    assert told["answers"]["2xx"] > 0  # else nobody was logged in
    assert set(told["checks"]) >= {
        "not_a_server_error",
        "status_code_conformance",
        "content_type_conformance",
        "response_schema_conformance",
        "negative_data_rejection",
        "positive_data_acceptance",
        "unsupported_method",
        "ignored_auth",
    }


def test_whoever_shows_nothing_gets_nothing(served):
    service, made = served
    tally = ask(service, service.credentials(made, NOBODY), NOBODY, 1, Wanted(1, 1, (NOBODY,), "^/v1/me$"))
    assert tally.requests > 3
    assert {status for status in tally.statuses if status < 400} == set()
    assert tally.nonconforming == 0


def test_everybody_is_asked_for():
    assert set(ROLES) == {*(role.value for role in Role), MACHINE, NOBODY}


def _fault(operation: str) -> Fault:
    return Fault("status_code_conformance", operation, "Undocumented", "Received: 418", "curl …")


def test_faults_of_all_roles_are_counted_together_and_told_once():
    first, second = Tally(), Tally()
    for tally in (first, second):
        tally.answered(200)
        tally.answered(418)
        tally.held["not_a_server_error"] += 2
        tally.fault(_fault("GET /a"))
    second.fault(_fault("GET /b"))
    told = told_of({"officer": first, "auditor": second}, 7, 1.2)
    assert (told["requests"], told["nonconforming"], told["server_errors"], told["seed"]) == (4, 3, 0, 7)
    assert told["checks"]["status_code_conformance"] == {"held": 0, "failed": 3}
    assert [(one["operation"], one["times"]) for one in told["faults"]] == [("GET /a", 2), ("GET /b", 1)]
    assert told["roles"]["auditor"]["answers"] == {"2xx": 1, "4xx": 1}


@pytest.mark.parametrize("fault", ["server", "check", "slow", "error", None])
def test_a_run_with_any_fault_is_not_sound(fault):
    tally = Tally()
    tally.answered(500 if fault == "server" else 200)
    if fault == "check":
        tally.fault(_fault("GET /a"))
    if fault == "slow":
        tally.slow.append("GET /a: 3.0 s")
    if fault == "error":
        tally.errors.append("no answer")
    assert is_sound(told_of({"officer": tally}, 1, 0)) is (fault is None)
