"""Booby-trapped models: whatever lies in a model's folder, loading runs nothing and LightGBM sees no foreign text."""

import ast
import json
import os
import pickle
import subprocess
import sys
from datetime import datetime
from pathlib import Path

import pytest

import ews
from ews.domain.errors import ModelError
from ews.models.boosters import booster_of
from ews.models.champion import Pointer, add_model, champion, set_champion, stored_model
from ews.models.frozen import FrozenModel
from ews.models.storage import load_model, save_model
from tests.models.boosters import booster_text, small_model

SINCE = datetime(2026, 7, 1, 8, 30)
SOURCE = Path(ews.__file__).parent


class Trap:
    """A pickle that makes a file when it is read."""

    def __init__(self, sprung: Path) -> None:
        self.sprung = sprung

    def __reduce__(self):
        return open, (str(self.sprung), "w")


@pytest.fixture
def home(tmp_path):
    """Return a home whose champion is the small model."""
    model = small_model()
    add_model(tmp_path, model)
    set_champion(tmp_path, "test", Pointer(model.model_id, None, SINCE))
    return tmp_path


def folder_of(home: Path) -> Path:
    return home / "models" / "test" / small_model().model_id


def trap_folder(folder: Path, sprung: Path) -> None:
    """Put into `folder` what other loaders of models would run."""
    evil = f"open({str(sprung)!r}, 'w')\n"
    for name in ("model.pkl", "python_model.pkl", "data.joblib", "model.bin"):
        (folder / name).write_bytes(pickle.dumps(Trap(sprung)))
    (folder / "MLmodel").write_text(
        "flavors:\n  python_function:\n    loader_module: evil\n    code: code\n    data: data\n", encoding="utf-8"
    )
    (folder / "code").mkdir()
    for place in (
        "code/evil.py",
        "evil.py",
        "conftest.py",
        "sitecustomize.py",
        "__init__.py",
        "lightgbm.py",
        "json.py",
    ):
        (folder / place).write_text(evil, encoding="utf-8")
    (folder / "evil.pth").write_text(f"import os; {evil}", encoding="utf-8")


def test_traps_beside_a_sound_model_are_not_looked_at(home, tmp_path):
    sprung = tmp_path / "sprung"
    trap_folder(folder_of(home), sprung)
    code = (
        "import os, sys; from datetime import date; from pathlib import Path; from ews.models.champion import champion;"
        "from ews.models.frozen import predict_pd; from tests.models.boosters import frame; seen = [];"
        "sys.addaudithook(lambda event, what: event.startswith(('pickle', 'marshal', 'subprocess', 'os.system',"
        " 'ctypes.dlopen')) and seen.append(event) if 'model' in str(what) or 'evil' in str(what) else None);"
        f"model = champion(Path({str(home)!r}), 'test');"
        "print(model.model_id, float(predict_pd(model, frame())[0]) > 0, seen, 'mlflow' in sys.modules)"
    )
    environment = {**os.environ, "PYTHONPATH": str(SOURCE.parent.parent)}
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=folder_of(home).parent,
        env=environment,
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout == f"{small_model().model_id} True [] False\n"
    assert not sprung.exists()


@pytest.mark.parametrize("name", ["model.txt", "model.json"])
@pytest.mark.parametrize("protocol", [0, 2, 5])
def test_a_pickle_in_the_place_of_a_file_is_damage(home, tmp_path, name, protocol):
    (folder_of(home) / name).write_bytes(pickle.dumps(Trap(tmp_path / "sprung"), protocol=protocol))
    with pytest.raises(ModelError, match=r"damaged|is not the one it says"):
        champion(home, "test")
    assert not (tmp_path / "sprung").exists()


def foreign_texts() -> dict[str, str]:
    """Return texts of boosters that are none, or not ours; some end LightGBM's own reading with a crash."""
    text = booster_text()
    return {
        "empty": "",
        "cut": text[: len(text) // 2],
        "cut in the first tree": text[: text.index("Tree=0") + 60],
        "many trees said": text.replace("tree_sizes=", "tree_sizes=999999999 "),
        "sizes below zero": text.replace("tree_sizes=", "tree_sizes=-1 "),
        "many leaves": text.replace("num_leaves=6", "num_leaves=2147483647"),
        "leaves below zero": text.replace("num_leaves=6", "num_leaves=-5"),
        "children of no tree": text.replace("left_child=", "left_child=99999 "),
        "features of no model": text.replace("split_feature=", "split_feature=4096 "),
        "another objective": text.replace("objective=binary", "objective=none"),
        "long lines": text + "x" * 5_000_000,
        "NUL": text.replace("Tree=0", "Tree=0\0"),
        "letters of everywhere": text.replace("inflow_3m", "流入😀"),
    }


@pytest.mark.parametrize("what", foreign_texts())
def test_a_foreign_booster_is_refused_before_lightgbm_reads_it(home, what):
    (folder_of(home) / "model.txt").write_text(foreign_texts()[what], encoding="utf-8", newline="")
    asked = booster_of.cache_info()
    with pytest.raises(ModelError, match=r"is not the one it says: its content has the hash"):
        champion(home, "test")
    assert booster_of.cache_info() == asked


@pytest.mark.parametrize("what", ["cut", "many leaves", "children of no tree"])
def test_a_foreign_model_that_says_its_own_hash_is_not_the_one_that_was_promised(home, what):
    """Whoever writes both files can make them agree; the registry names another hash."""
    foreign = small_model(booster=foreign_texts()[what])
    save_model(foreign, folder_of(home))
    assert load_model(folder_of(home)).model_id == foreign.model_id
    asked = booster_of.cache_info()
    with pytest.raises(ModelError, match=r"holds the model '.*'\. Restore its files"):
        champion(home, "test")
    assert booster_of.cache_info() == asked


CONTENTS: dict[str, object] = {
    "null": None,
    "a text": "model",
    "a list": [],
    "a number": 7,
    "nan": {"slope": float("nan")},
    "no slope": {"slope": None},
    "an endless intercept": {"intercept": float("inf")},
    "a nan intercept": {"intercept": float("nan")},
    "a slope of text": {"slope": "0.8"},
    "a true slope": {"slope": True},
    "features as text": {"features": "abcd"},
    "features of numbers": {"features": [1, 2, 3, 4]},
    "features of lists": {"features": [[], [], [], []]},
    "a definition that is a list": {"definition": [1]},
    "a reference that is a text": {"reference": "x"},
    "a lone surrogate": {"catalogue_version": "\ud800"},
    "a horizon of text": {"horizon_months": "12"},
    "a day that is none": {"labels_known_by": "2025-02-30"},
    "a day as number": {"labels_known_by": 20250630},
    "another field": {"__class__": "os.system"},
    "another format": {"format": 2},
}


@pytest.mark.parametrize("what", CONTENTS)
def test_content_of_another_kind_is_damage(tmp_path, what):
    save_model(small_model(), tmp_path)
    file = tmp_path / "model.json"
    stored = json.loads(file.read_text(encoding="utf-8"))
    changed = CONTENTS[what]
    stored["content"] = {**stored["content"], **changed} if isinstance(changed, dict) else changed
    file.write_text(json.dumps(stored), encoding="utf-8")
    with pytest.raises(ModelError, match=r"damaged.*Restore its files or train again|must be above 0"):
        load_model(tmp_path)


@pytest.mark.parametrize(
    "text", ["[" * 200_000, '{"content": ' * 100_000, '{"content": ' + "9" * 10_000 + "}", "null", "7", "\ufeff{}"]
)
def test_json_that_is_deep_or_endless_is_damage(tmp_path, text):
    save_model(small_model(), tmp_path)
    (tmp_path / "model.json").write_text(text, encoding="utf-8")
    with pytest.raises(ModelError, match=r"damaged \(.{0,300}\)\. Restore"):
        load_model(tmp_path)


@pytest.mark.parametrize("name", ["model.txt", "model.json"])
def test_what_is_no_file_or_a_giant_is_not_read(tmp_path, name):
    for make in (Path.mkdir, os.mkfifo, lambda file: file.symlink_to("/dev/zero"), lambda file: file.symlink_to(file)):
        save_model(small_model(), tmp_path / "model")
        file = tmp_path / "model" / name
        file.unlink()
        make(file)
        with pytest.raises(ModelError, match=r"cannot be read \(.+\)\. Restore its files or train again"):
            load_model(tmp_path / "model")
        file.rmdir() if file.is_dir() else file.unlink()
    with file.open("wb") as giant:
        giant.truncate(1 << 40)
    with pytest.raises(ModelError, match=r"cannot be read \(it has 1099511627776 bytes, and at most"):
        load_model(tmp_path / "model")


@pytest.mark.parametrize("model_id", ["../../..", "/etc", "", ".", "0" * 64])
def test_a_name_that_leads_elsewhere_names_no_model(home, model_id):
    with pytest.raises(ModelError):
        stored_model(home, "test", model_id)


def test_nothing_of_the_product_reads_code_from_files():
    """No pickle is read but Spark's own way to its workers and a paper made by a process of ours; nothing is evaluated.

    MLflow's own loaders run what an MLmodel file says: the product never asks them.
    """
    allowed = {"casework/paper/docx_apart.py": {"pickle"}, "events/spark/workers.py": {"cloudpickle"}}
    loaders = {"pickle", "cPickle", "cloudpickle", "dill", "joblib", "marshal", "shelve", "skops", "torch"}
    found = {}
    for file in sorted(SOURCE.rglob("*.py")):
        name, used = file.relative_to(SOURCE).as_posix(), set()
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Import):
                used |= {alias.name.split(".")[0] for alias in node.names} & loaders
            elif isinstance(node, ast.ImportFrom):
                used |= ({str(node.module).split(".")[0]} | {alias.name for alias in node.names}) & loaders
            elif isinstance(node, ast.Call):
                used |= _evaluates(node.func)
        if used - allowed.get(name, set()):
            found[name] = used
    assert found == {}


def _evaluates(called: ast.expr) -> set[str]:
    if isinstance(called, ast.Name) and called.id in ("eval", "exec", "__import__"):
        return {called.id}
    is_loader = isinstance(called, ast.Attribute) and called.attr == "load_model"
    return {"load_model"} if is_loader and "mlflow" in ast.unparse(called) else set()


def test_a_model_of_the_first_format_has_what_the_kinds_ask_for():
    assert FrozenModel.from_json(small_model().to_json(), booster_text()) == small_model()
