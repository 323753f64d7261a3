import hashlib
import json
from dataclasses import asdict, replace
from datetime import date

import pytest

from ews.domain.version import code_version
from ews.scoring.identity import BatchKey

KEY = BatchKey("retail", "b", date(2026, 6, 30), date(2026, 6, 30), "m", "p", "0.1.0+abc", None, None)


def test_equal_inputs_give_an_equal_id():
    assert replace(KEY).batch_id == KEY.batch_id


@pytest.mark.parametrize(
    "change",
    [
        {"portfolio": "sme"},
        {"book_id": "c"},
        {"as_of": date(2026, 5, 31)},
        {"known_by": date(2026, 7, 1)},
        {"model_id": "n"},
        {"policy_hash": "q"},
        {"code_version": "0.1.1+abc"},
        {"predecessor_id": "x"},
        {"compared_id": "x"},
        {"casework_id": "x"},
    ],
    ids=lambda change: next(iter(change)),
)
def test_every_input_changes_the_id(change):
    assert replace(KEY, **change).batch_id != KEY.batch_id


def test_a_batch_without_casework_has_the_id_it_had_before_there_was_any():
    parts = {name: value for name, value in asdict(KEY).items() if name != "casework_id"}
    text = json.dumps(parts, sort_keys=True, default=date.isoformat)
    assert KEY.batch_id == hashlib.sha256(text.encode()).hexdigest()[:32]


def test_the_code_version_names_the_package_version():
    assert code_version().startswith("0.1.0+")
