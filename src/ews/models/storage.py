"""Models on disk: LightGBM's text and JSON, two files that hold data only. Loading them can execute no code.

model.txt   the booster as LightGBM writes it
model.json  all else, and the hash over both; a byte changed in either is found before anything is used
"""

import json
from pathlib import Path

from ews.domain.errors import ModelError
from ews.models.frozen import FrozenModel

BOOSTER_FILE = "model.txt"
CONTENT_FILE = "model.json"


def save_model(model: FrozenModel, directory: Path) -> None:
    """Write `model` to `directory`, which is made; what is there already is replaced."""
    directory.mkdir(parents=True, exist_ok=True)
    (directory / BOOSTER_FILE).write_bytes(model.booster.encode())
    content = {"model_id": model.model_id, "content": model.to_json()}
    (directory / CONTENT_FILE).write_text(_dump(content), encoding="utf-8")


def load_model(directory: Path) -> FrozenModel:
    """Return the model in `directory`; ModelError where it is missing, damaged or altered."""
    try:
        booster = (directory / BOOSTER_FILE).read_bytes().decode()
        stored = json.loads((directory / CONTENT_FILE).read_text(encoding="utf-8"))
        model = FrozenModel.from_json(json.dumps(stored["content"]), booster)
        claimed = stored["model_id"]
    except FileNotFoundError as error:
        lost = Path(str(error.filename)).name
        message = f"There is no model in '{directory}' ({lost} is missing). Train one with 'ews train'."
        raise ModelError(message) from None
    except (ValueError, KeyError, TypeError) as error:
        message = f"The model in '{directory}' is damaged ({error}). Restore its files or train again."
        raise ModelError(message) from error
    if model.model_id != claimed:
        message = (
            f"The model in '{directory}' is not the one it says: its content has the hash {model.model_id[:12]}…, "
            f"its name is {str(claimed)[:12]}…. Restore its files or train again."
        )
        raise ModelError(message)
    return model


def _dump(content: dict[str, str]) -> str:
    stored = {**content, "content": json.loads(content["content"])}
    return json.dumps(stored, ensure_ascii=False, sort_keys=True, indent=1) + "\n"
