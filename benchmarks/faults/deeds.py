"""Deeds: what a victim does where no command of `ews` does that alone."""

import sys
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta, tzinfo

from ews.store.engine import open_store

CLOCK_BEHIND = "with-clock-behind"
"""Word before those of a command."""


def migrate(url: str) -> None:
    """Open a store, which brings its tables up to date."""
    open_store(url).close()


def set_clock_behind() -> None:
    """Let this process believe that it is a day earlier, as after a clock was set back."""
    behind = timedelta(days=1)

    class Behind(datetime):
        @classmethod
        def now(cls, tz: tzinfo | None = None) -> datetime:  # type: ignore[override]
            return datetime.now(tz) - behind

    for name, module in list(sys.modules.items()):
        if name.startswith("ews.") and vars(module).get("datetime") is datetime:
            vars(module)["datetime"] = Behind


DEEDS: Mapping[str, Callable[..., None]] = {"migrate": migrate}
