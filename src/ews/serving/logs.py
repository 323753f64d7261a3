"""Logs: one line per event; JSON where nobody looks, columns on a terminal.

Ids       `request_id` of the request, `run` of a command, `batch_id` where there is one: whatever is bound to the
          context goes into each line
Times     local, with their distance from UTC
Personal  nothing: of an error its type and where it arose are told, never its message, which may name a borrower
"""

import logging
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TextIO

import structlog
from structlog.typing import EventDict, Processor, WrappedLogger

_FRAMES = 5


def configure_logs(stream: TextIO, *, on_terminal: int = logging.INFO) -> None:
    """Send our own logs, and the warnings of the libraries below, to `stream`; a terminal gets those `on_terminal`."""
    shared: list[Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper("%Y-%m-%dT%H:%M:%S.%f%z", utc=False),
        _without_message,
    ]
    is_seen = stream.isatty()
    renderer: Processor = (
        structlog.dev.ConsoleRenderer() if is_seen else structlog.processors.JSONRenderer(ensure_ascii=False)
    )
    structlog.configure(
        processors=[*shared, renderer],
        wrapper_class=structlog.make_filtering_bound_logger(on_terminal if is_seen else logging.INFO),
        logger_factory=structlog.PrintLoggerFactory(stream),
    )
    handler = logging.StreamHandler(stream)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, renderer], foreign_pre_chain=shared
        )
    )
    logging.basicConfig(handlers=[handler], level=logging.WARNING, force=True)


@contextmanager
def logs_to(stream: TextIO, *, on_terminal: int = logging.INFO) -> Iterator[None]:
    """Send logs as `configure_logs` does until the block ends; then they go where they went before."""
    before, was_configured, root = structlog.get_config(), structlog.is_configured(), logging.getLogger()
    handlers, level = root.handlers[:], root.level
    root.handlers[:] = []  # those of others are put back, not closed
    configure_logs(stream, on_terminal=on_terminal)
    try:
        yield
    finally:
        if was_configured:
            structlog.configure(**before)
        else:
            structlog.reset_defaults()
        root.handlers[:] = handlers
        root.setLevel(level)


def where(error: BaseException) -> list[str]:
    """Return where an error arose, the innermost frame last."""
    frames = traceback.extract_tb(error.__traceback__)[-_FRAMES:]
    return [f"{'/'.join(Path(frame.filename).parts[-2:])}:{frame.lineno} {frame.name}" for frame in frames]


def _without_message(_logger: WrappedLogger, _method: str, line: EventDict) -> EventDict:
    """Tell of an error that a library logs its type and where it arose only."""
    told = line.pop("exc_info", None)
    error = told[1] if isinstance(told, tuple) else told
    if isinstance(error, BaseException):
        line.update(error=type(error).__name__, at=where(error))
    return line
