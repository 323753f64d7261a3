"""Ending: what is told to stop is brought to its end in order.

Order   SIGTERM ends the block as an interrupt would, so that whatever it opened is closed again
Twice   a second SIGTERM ends the process at once
"""

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

import structlog

log = structlog.get_logger("ews.serving")


class _ToldToStop(SystemExit):
    """Unwinds the block."""


@contextmanager
def ending_in_order() -> Iterator[None]:
    """Let SIGTERM end the block, which then ends as if it had come to its end; for the main thread, nothing in others.

    A server that catches the signal itself raises it again when its requests are answered.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.signal(signal.SIGTERM, _stop)
    try:
        yield
    except _ToldToStop:
        pass
    finally:
        signal.signal(signal.SIGTERM, before)
    log.info("stopped")


def _stop(_signal: int, _frame: FrameType | None) -> None:
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    raise _ToldToStop(0)
