"""MLflow as the mirror of who decides: the home alone knows, MLflow is told where it can be reached.

Away    a server that does not answer is told in one line; nothing that decides waits for it
"""

import socket
from pathlib import Path
from urllib.parse import urlsplit

from ews.cli import show
from ews.cli.settings import Settings
from ews.domain.errors import TrackingError
from ews.models.champion import champion_pointer, champions
from ews.models.comparison import find_comparison

PATIENCE_SECONDS = 2.0
_PORTS = {"http": 80, "https": 443}
_FILE = "sqlite"


def tracking_fault(settings: Settings) -> str | None:
    """Return why runs cannot be reached, None where they can or nobody can tell without asking MLflow."""
    address = urlsplit(settings.tracking)
    try:
        if address.scheme in _PORTS:
            port = address.port or _PORTS[address.scheme]
            socket.create_connection((address.hostname or "", port), timeout=PATIENCE_SECONDS).close()
        elif address.scheme == _FILE and settings.tracking_uri is not None:
            _require_folder(Path(address.path))
    except (OSError, ValueError) as error:
        return f"MLflow at '{settings.tracking}' cannot be reached ({error})"
    return None


def mirror_champion(settings: Settings, portfolio: str) -> None:
    """Point MLflow's alias at the champion, and say where that could not be done; nothing hangs on it."""
    if settings.tracking_uri is None and not (settings.home.resolve() / "mlflow.db").is_file():
        return  # no run was ever recorded here
    fault, is_known = tracking_fault(settings), False
    if fault is None:
        from ews.training.tracking import point_alias  # noqa: PLC0415 - training, and MLflow behind it, takes seconds

        try:
            is_known = point_alias(settings.tracking, portfolio, champion_pointer(settings.home, portfolio).model_id)
        except TrackingError as error:
            fault = str(error)
    if fault is not None:
        _note(f"{fault}; its alias 'champion' stays as it was. 冠军模型以本地登记为准")
    elif not is_known:
        _note("MLflow has no run of the champion; its alias 'champion' stays as it was. 冠军模型以本地登记为准")


def tell_away(settings: Settings, portfolio: str) -> str | None:
    """Say, before a book is scored, that MLflow is away and who decides all the same; return it for programs."""
    fault = tracking_fault(settings)
    if fault is not None:
        pointer = champion_pointer(settings.home, portfolio)
        _note(
            f"{fault}; the local champion {pointer.model_id[:12]} of {pointer.since:%Y-%m-%d} decides. 使用本地冠军模型"
        )
    return fault


def run_of(settings: Settings, portfolio: str, model_id: str) -> str | None:
    """Return the run that made a model, as its comparison or the history knows it; None where neither does."""
    found = find_comparison(settings.home, portfolio, model_id)
    if found is not None and found.run_id is not None:
        return found.run_id
    past = champions(settings.home, portfolio)
    known = [one.run_id for one in past if one.model_id == model_id and one.run_id is not None]
    return known[-1] if known else None


def _require_folder(path: Path) -> None:
    if not path.parent.is_dir():
        message = f"there is no folder '{path.parent}'"
        raise OSError(message)


def _note(text: str) -> None:
    show.ERR.print(f"Note: {text}", soft_wrap=True, highlight=False)
