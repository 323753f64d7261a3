import io
import json
import logging
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from time import tzset

import pytest
import structlog

from ews.serving.logs import configure_logs


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.fixture(autouse=True)
def _logs_as_before() -> Iterator[None]:
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    root.handlers[:] = []  # the test's own must not be closed
    yield
    structlog.reset_defaults()
    root.handlers[:] = handlers
    root.setLevel(level)


def test_lines_are_json_where_nobody_looks():
    stream = io.StringIO()
    configure_logs(stream)
    structlog.get_logger("ews.serving").info("request", route="/v1/policy", ms=1.5, word="红")
    logging.getLogger("uvicorn.error").warning("Invalid HTTP request received.")
    logging.getLogger("uvicorn.error").info("not told")
    first, second = (json.loads(line) for line in stream.getvalue().splitlines())
    assert (first["event"], first["level"], first["ms"], first["word"]) == ("request", "info", 1.5, "红")
    assert (second["event"], second["level"]) == ("Invalid HTTP request received.", "warning")


def test_times_are_local_and_tell_how_far_from_utc_that_is(monkeypatch):
    stream = io.StringIO()
    monkeypatch.setenv("TZ", "Asia/Shanghai")
    tzset()
    try:
        before = datetime.now(UTC)
        configure_logs(stream)
        structlog.get_logger("ews.serving").info("request")
    finally:
        monkeypatch.undo()
        tzset()
    at = datetime.fromisoformat(json.loads(stream.getvalue())["timestamp"])
    assert (at.utcoffset(), before <= at <= datetime.now(UTC)) == (timedelta(hours=8), True)


def test_lines_are_in_columns_on_a_terminal():
    stream = Terminal()
    configure_logs(stream)
    structlog.get_logger("ews.serving").info("request", ms=1.5)
    text = stream.getvalue()
    assert "request" in text
    assert not text.startswith("{")
