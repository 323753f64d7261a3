"""Service: the app as `ews serve` puts it together, over an empty home, to be asked what it offers."""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from fastapi import FastAPI

from ews.cli.desks import desk_of, hands_of, log_of
from ews.cli.service import services_of
from ews.cli.settings import Settings
from ews.serving.app import create_app
from ews.store.engine import open_store
from ews.store.journal import Journal


@contextmanager
def empty_service() -> Iterator[FastAPI]:
    """Give the app until the block ends; nothing is left of its home."""
    with tempfile.TemporaryDirectory(prefix="ews-handbook-") as folder:
        settings = Settings(home=Path(folder), database_url=f"sqlite:///{folder}/ews.db")
        store = open_store(settings.database)
        try:
            log = log_of(settings, store)
            with Journal(store, log.key, log.witness) as journal:
                yield create_app(
                    services_of(settings, desk_of(settings, store, log), journal, hands_of(settings, store, log))
                )
        finally:
            store.close()
