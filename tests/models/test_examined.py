from datetime import date

from ews.models.examined import FILE, Band, Examined, find_examined, keep_examined

EXAMINED = Examined(
    split="time",
    train_days=(date(2024, 6, 30),),
    test_days=(date(2025, 6, 30),),
    metrics={"test_auc": 0.8},
    power=((0.0, 0.0), (1.0, 1.0)),
    calibration=(Band(10, 1, 0.05, 0.01, 0.3),),
    weights={"inflow_3m": 0.2},
)


def folder(tmp_path):
    made = tmp_path / "models" / "sme" / "m1"
    made.mkdir(parents=True)
    return made


def test_what_is_kept_beside_a_model_is_found_again(tmp_path):
    keep_examined(folder(tmp_path), EXAMINED)
    assert find_examined(tmp_path, "sme", "m1") == EXAMINED
    assert [path.name for path in (tmp_path / "models" / "sme" / "m1").iterdir()] == [FILE]


def test_a_model_of_an_earlier_version_has_none(tmp_path):
    folder(tmp_path)
    assert find_examined(tmp_path, "sme", "m1") is None


def test_what_cannot_be_read_is_none(tmp_path):
    (folder(tmp_path) / FILE).write_text('{"split": "time"', encoding="utf-8")
    assert find_examined(tmp_path, "sme", "m1") is None
