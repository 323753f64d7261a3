import io
import json
import logging
from typing import Any

import pytest
import structlog

from ews.cli.run_log import name_batch, run_logged
from ews.domain.errors import ReconciliationError


@pytest.fixture
def lines(capsys):
    """Give a function that returns what was logged on standard error."""
    found: list[dict[str, Any]] = []

    def read() -> list[dict[str, Any]]:
        found.extend(json.loads(line) for line in capsys.readouterr().err.splitlines())
        return found

    return read


def test_a_run_says_that_it_began_and_ended_and_each_line_names_run_and_batch(lines):
    with run_logged("score", portfolio="sme"):
        name_batch("b1")
        structlog.get_logger("ews.cli").info("published", borrowers=3)
    begun, published, ended = lines()
    assert (begun["event"], begun["command"], begun["portfolio"]) == ("begun", "score", "sme")
    assert "batch_id" not in begun
    assert (published["event"], published["batch_id"], published["borrowers"]) == ("published", "b1", 3)
    assert (ended["event"], ended["batch_id"], ended["seconds"] >= 0) == ("ended", "b1", True)
    assert len({one["run"] for one in (begun, published, ended)}) == 1


def test_a_run_that_fails_tells_type_and_code_and_nothing_personal(lines):
    with pytest.raises(ReconciliationError), run_logged("score"):
        raise ReconciliationError("Borrower 'B1' owes too much")
    _, failed = lines()
    assert (failed["event"], failed["error"], failed["level"]) == ("failed", "ReconciliationError", "error")
    assert failed["code"] == ReconciliationError.code
    assert "B1" not in str(lines())


def test_a_failure_that_nobody_foresaw_tells_where_it_arose(lines):
    with pytest.raises(ZeroDivisionError), run_logged("score"):
        _ = 1 / 0
    assert "test_run_log.py" in lines()[-1]["at"][-1]


def test_afterwards_logs_go_where_they_went_before(lines):
    before = structlog.is_configured(), logging.getLogger().handlers[:]
    with run_logged("score"):
        name_batch("b1")
    assert (structlog.is_configured(), logging.getLogger().handlers) == before
    assert structlog.contextvars.get_contextvars() == {}


def test_what_a_library_logs_with_an_error_keeps_the_message_of_it_to_itself(lines):
    with run_logged("score"):
        try:
            raise ValueError("Firm B1")
        except ValueError:
            logging.getLogger("sqlalchemy.pool").warning("Exception during reset", exc_info=True)
    told = lines()[1]
    assert (told["event"], told["error"]) == ("Exception during reset", "ValueError")
    assert "B1" not in str(lines())


def test_a_terminal_is_left_to_bars_and_tables(monkeypatch):
    class Terminal(io.StringIO):
        def isatty(self) -> bool:
            return True

    stream = Terminal()
    monkeypatch.setattr("sys.stderr", stream)
    with run_logged("score"):
        structlog.get_logger("ews.cli").info("published")
    assert stream.getvalue() == ""
