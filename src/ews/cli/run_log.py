"""Run log: what a command that runs at night tells of itself on standard error where nobody looks.

Grain     one JSON line per event, each with `command` and the id of the run, and with `batch_id` once there is one
Terminal  nothing: there are bars and tables
Personal  nothing; why a command failed is said by its last line, which is for people
"""

import logging
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from time import perf_counter
from typing import Any
from uuid import uuid4

import structlog
from structlog.contextvars import bind_contextvars, bound_contextvars, unbind_contextvars

from ews.domain.errors import EwsError
from ews.serving.logs import logs_to, where

BATCH = "batch_id"

log = structlog.get_logger("ews.cli")


@contextmanager
def run_logged(command: str, **told: Any) -> Iterator[None]:
    """Log that a command begins, with what is `told` of it, and how it ends."""
    started = perf_counter()
    with logs_to(sys.stderr, on_terminal=logging.CRITICAL), bound_contextvars(command=command, run=uuid4().hex):
        log.info("begun", **told)
        try:
            yield
        except Exception as error:
            code = {"code": error.code} if isinstance(error, EwsError) else {"at": where(error)}
            log.error("failed", error=type(error).__name__, seconds=_since(started), **code)
            raise
        else:
            log.info("ended", seconds=_since(started))
        finally:
            unbind_contextvars(BATCH)


def name_batch(batch_id: str) -> None:
    """Have the lines that follow in this run name the batch."""
    bind_contextvars(**{BATCH: batch_id})


def _since(started: float) -> float:
    return round(perf_counter() - started, 1)
