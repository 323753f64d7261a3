"""Models on disk: LightGBM's text and JSON, two files that hold data only. Loading them can execute no code.

model.txt   the booster as LightGBM writes it
model.json  all else, and the hash over both; a byte changed in either is found before anything is used: LightGBM is
            not shown a text whose hash is another. Whatever else lies in the folder is not looked at
"""

import json
from pathlib import Path

from ews.domain.errors import ModelError
from ews.events.plain_files import in_short, read_bytes_of
from ews.models.content import checked_content
from ews.models.frozen import FrozenModel

BOOSTER_FILE = "model.txt"
CONTENT_FILE = "model.json"
LARGEST = 256 << 20
"""Bytes of a file of a model; ten thousand trees take a tenth."""


def save_model(model: FrozenModel, directory: Path) -> None:
    """Write `model` to `directory`, which is made; what is there already is replaced."""
    directory.mkdir(parents=True, exist_ok=True)
    (directory / BOOSTER_FILE).write_bytes(model.booster.encode())
    content = {"model_id": model.model_id, "content": model.to_json()}
    (directory / CONTENT_FILE).write_text(_dump(content), encoding="utf-8")


def load_model(directory: Path) -> FrozenModel:
    """Return the model in `directory`; ModelError where it is missing, damaged or altered."""
    try:
        booster = read_bytes_of(directory / BOOSTER_FILE, largest=LARGEST).decode()
        stored = json.loads(read_bytes_of(directory / CONTENT_FILE, largest=LARGEST).decode())
        model = FrozenModel.from_json(json.dumps(checked_content(stored)), booster)
        claimed, found = stored["model_id"], model.model_id
    except FileNotFoundError as error:
        lost = Path(str(error.filename)).name
        message = f"There is no model in '{directory}' ({lost} is missing). Train one with 'ews train'."
        raise ModelError(message) from None
    except OSError as error:
        message = f"The model in '{directory}' cannot be read ({error.strerror}). Restore its files or train again."
        raise ModelError(message) from error
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        message = f"The model in '{directory}' is damaged ({in_short(error)}). Restore its files or train again."
        raise ModelError(message) from error
    if found != claimed:
        message = (
            f"The model in '{directory}' is not the one it says: its content has the hash {found[:12]}…, "
            f"its name is {str(claimed)[:12]}…. Restore its files or train again."
        )
        raise ModelError(message)
    return model


def _dump(content: dict[str, str]) -> str:
    stored = {**content, "content": json.loads(content["content"])}
    return json.dumps(stored, ensure_ascii=False, sort_keys=True, indent=1) + "\n"
