"""The shadow (影子模型): a challenger whose pd is worked out beside the champion's, night by night, deciding nothing.

models/<portfolio>/shadow.json   which stored model, since when, who said so; replaced in one step
"""

import json
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path

from ews.domain.errors import ModelError
from ews.events.whole_files import write_whole
from ews.models.champion import champion_pointer, model_folder, stored_model

FILE = "shadow.json"


@dataclass(frozen=True, slots=True)
class Shadow:
    model_id: str
    since: datetime
    by: str


def find_shadow(home: Path, portfolio: str) -> Shadow | None:
    """Return the portfolio's shadow, None where it has none; ModelError where the file is damaged."""
    path = _path(home, portfolio)
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
        return Shadow(content["model_id"], datetime.fromisoformat(content["since"]), content["by"])
    except FileNotFoundError:
        return None
    except (ValueError, KeyError, TypeError) as error:
        message = f"'{path}' is damaged ({error}). Name the shadow again: ews shadow on MODEL."
        raise ModelError(message) from error


def set_shadow(home: Path, portfolio: str, shadow: Shadow) -> None:
    """Let a stored model run beside the champion; ModelError where it is not stored, or decides already."""
    stored_model(home, portfolio, shadow.model_id)
    if champion_pointer(home, portfolio).model_id == shadow.model_id:
        message = f"Model '{shadow.model_id[:12]}' is the champion: it decides already. Name a challenger."
        raise ModelError(message)
    content = {**asdict(shadow), "since": shadow.since.isoformat()}
    write_whole(_path(home, portfolio), json.dumps(content, indent=1) + "\n")


def end_shadow(home: Path, portfolio: str) -> None:
    """Let no model run beside the champion; what was written so far stays."""
    _path(home, portfolio).unlink(missing_ok=True)


def _path(home: Path, portfolio: str) -> Path:
    return model_folder(home, portfolio, FILE)
