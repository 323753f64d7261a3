import json
import pickle
import subprocess
import sys

import numpy as np
import pytest

from ews.domain.errors import ModelError
from ews.models.frozen import predict_pd
from ews.models.storage import load_model, save_model
from tests.models.boosters import frame, small_model


def test_a_model_comes_back_from_disk_as_it_was(tmp_path):
    save_model(small_model(), tmp_path)
    loaded = load_model(tmp_path)
    assert loaded == small_model()
    assert loaded.model_id == small_model().model_id
    assert np.array_equal(predict_pd(loaded, frame()), predict_pd(small_model(), frame()))


def test_two_copies_of_a_model_are_the_same_bytes(tmp_path):
    for name in ("one", "two"):
        save_model(small_model(), tmp_path / name)
    for file in ("model.txt", "model.json"):
        assert (tmp_path / "one" / file).read_bytes() == (tmp_path / "two" / file).read_bytes()


@pytest.mark.parametrize("file", ["model.txt", "model.json"])
@pytest.mark.parametrize("place", [0.2, 0.5, 0.9])
def test_a_changed_digit_is_found(tmp_path, file, place):
    save_model(small_model(), tmp_path)
    text = (tmp_path / file).read_text()
    at = next(k for k in range(int(place * len(text)), len(text)) if text[k] in "12345678")
    (tmp_path / file).write_text(text[:at] + str(int(text[at]) + 1) + text[at + 1 :])
    with pytest.raises(ModelError, match=r"is not the one it says|damaged"):
        load_model(tmp_path)


@pytest.mark.parametrize("file", ["model.txt", "model.json"])
def test_a_missing_file_is_named(tmp_path, file):
    save_model(small_model(), tmp_path)
    (tmp_path / file).unlink()
    with pytest.raises(ModelError, match=rf"There is no model in .*{file} is missing.*ews train"):
        load_model(tmp_path)


@pytest.mark.parametrize("text", ["", "{", "[]", '{"model_id": "x"}', '{"model_id": "x", "content": {"format": 9}}'])
def test_json_that_is_no_model_is_damaged(tmp_path, text):
    save_model(small_model(), tmp_path)
    (tmp_path / "model.json").write_text(text)
    with pytest.raises(ModelError, match="damaged"):
        load_model(tmp_path)


def test_bytes_that_are_no_text_are_damaged(tmp_path):
    save_model(small_model(), tmp_path)
    (tmp_path / "model.txt").write_bytes(b"\xff\xfe\x00tree")
    with pytest.raises(ModelError, match="damaged"):
        load_model(tmp_path)


def test_a_field_that_a_model_does_not_have_is_damage(tmp_path):
    save_model(small_model(), tmp_path)
    stored = json.loads((tmp_path / "model.json").read_text())
    stored["content"]["surprise"] = 1
    (tmp_path / "model.json").write_text(json.dumps(stored))
    with pytest.raises(ModelError, match="damaged"):
        load_model(tmp_path)


def test_a_pickle_in_place_of_a_model_is_not_run(tmp_path):
    class Trap:
        def __reduce__(self):
            return (open, (str(tmp_path / "sprung"), "w"))

    save_model(small_model(), tmp_path)
    for file in ("model.txt", "model.json"):
        (tmp_path / file).write_bytes(pickle.dumps(Trap(), protocol=0))
    with pytest.raises(ModelError):
        load_model(tmp_path)
    assert not (tmp_path / "sprung").exists()


def test_loading_unpickles_nothing_and_needs_no_mlflow(tmp_path):
    save_model(small_model(), tmp_path)
    code = (
        "import sys; from pathlib import Path; from ews.models.storage import load_model; seen = [];"
        "sys.addaudithook(lambda event, _: event.startswith(('pickle', 'marshal', 'exec')) and seen.append(event));"
        f"model = load_model(Path({str(tmp_path)!r}));"
        "print(model.model_id, seen, 'mlflow' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split(" ", 1) == [small_model().model_id, "[] False\n"]
