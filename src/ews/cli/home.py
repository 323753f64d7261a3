"""Home: the settings of a command, read when it runs: what reads them takes longer to import than help to show."""

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ews.cli.settings import Settings


def read_settings(home: Path | None = None) -> "Settings":
    """Return the settings; errors as in `ews.cli.settings.read_settings`."""
    from ews.cli import settings  # noqa: PLC0415 - as said above

    return settings.read_settings(home)
