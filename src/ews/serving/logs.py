"""Logs: one line per event; JSON where nobody looks, columns on a terminal."""

import logging
from typing import TextIO

import structlog
from structlog.typing import Processor


def configure_logs(stream: TextIO) -> None:
    """Send the logs of the service, and the warnings of the libraries below it, to `stream`."""
    shared: list[Processor] = [structlog.processors.add_log_level, structlog.processors.TimeStamper("iso", utc=False)]
    renderer: Processor = (
        structlog.dev.ConsoleRenderer() if stream.isatty() else structlog.processors.JSONRenderer(ensure_ascii=False)
    )
    structlog.configure(processors=[*shared, renderer], logger_factory=structlog.PrintLoggerFactory(stream))
    handler = logging.StreamHandler(stream)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, renderer], foreign_pre_chain=shared
        )
    )
    logging.basicConfig(handlers=[handler], level=logging.WARNING, force=True)
