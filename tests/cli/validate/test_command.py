"""What the command writes and tells; what a validation finds is tested in test_make.py."""

import json
import shutil
from dataclasses import replace
from datetime import datetime

import pytest
from typer.testing import CliRunner

from ews.cli import inventory
from ews.cli.app import app
from ews.cli.desks import log_of
from ews.cli.settings import Settings
from ews.cli.validate.validated import Curves, newest
from ews.domain.errors import BookError, ModelError, SettingsError
from ews.domain.people import Role
from ews.models.champion import Pointer, add_model, model_folder, set_champion
from ews.store.accounts import Profile, add_user
from ews.store.engine import open_store
from ews.validation.results import WHOLE, Result, Verdict

PASSWORD = "a sound pass phrase"  # noqa: S105 - of a test
NOWHERE = "http://127.0.0.1:9"
BROKEN = Result("monotone_breaches", WHOLE, 3.0, Verdict.FAILED, 100)
WATCHED = Result("psi_score", WHOLE, 0.15, Verdict.WATCH, 100)
SOUND = (
    Result("auc", WHOLE, 0.8, Verdict.PASSED, 100),
    Result("jeffreys_portfolio", WHOLE, 0.5, Verdict.PASSED, 100),
)


@pytest.fixture
def settings(made, tmp_path, monkeypatch) -> Settings:
    """Give a home with the champion, and MLflow that is away."""
    monkeypatch.setenv("COLUMNS", "220")
    home = tmp_path / "home"
    shutil.copytree(made.settings.home, home)
    monkeypatch.setenv("EWS_HOME", str(home))
    monkeypatch.setenv("EWS_TRACKING_URI", NOWHERE)
    return Settings(home=home, tracking_uri=NOWHERE)


@pytest.fixture
def people(settings):
    store = open_store(settings.database)
    log = log_of(settings, store)
    for user_id, role in (("zhou", Role.VALIDATOR), ("sun", Role.MODEL_OWNER)):
        profile = Profile(user_id.title(), frozenset({role}))
        add_user(log, user_id, profile, by="os:ops", at=datetime(2026, 7, 6), password=PASSWORD)
    store.close()


@pytest.fixture
def validated(made, monkeypatch):
    """Let a validation find what is put into the list that it gives, without a calculation."""
    results: list[Result] = []

    def fake(_subject, *, made_at, **_rest):
        return replace(made.found, made_at=made_at, results=tuple(results), curves=Curves())

    monkeypatch.setattr("ews.cli.validate.command.make", fake)
    monkeypatch.setattr("ews.cli.validate.command.open_book", lambda folder: folder)
    return results


def ews(*words: str, given: str | None = None):
    return CliRunner().invoke(app, list(words), input=given)


def told(*words: str):
    return json.loads(ews(*words, "--json").stdout)


def test_where_mlflow_is_away_the_papers_are_written_and_it_is_said(settings, made, validated):
    validated[:] = [*SOUND, WATCHED]
    found = told("validate", "--book", "ledgers")
    assert (found["answer"], found["run_id"]) == ("conditions", None)
    assert NOWHERE in found["tracking_fault"]
    kept = newest(settings.home, made.model.portfolio, made.model.model_id)
    folder = settings.home / "validations" / made.model.portfolio / made.model.model_id / kept.stamp
    names = {path.name for path in folder.iterdir()}
    assert names >= {f"report-{lang}.{kind}" for lang in ("zh", "en") for kind in ("html", "docx")} | {"results.csv"}


def test_the_answer_no_ends_the_command_with_a_status_of_its_own(settings, made, validated):
    validated[:] = [*SOUND, BROKEN]
    assert ews("validate", "--book", "ledgers").exit_code == 3


def test_a_finding_is_assigned_signed_off_and_told_in_the_next_report(settings, made, people, validated):
    validated[:] = [*SOUND, BROKEN]
    assert told("validate", "--book", "ledgers")["answer"] == "no"
    asked = ("findings", "assign", "MF0001", "--owner", "sun", "--due", "2026-12-31", "--by", "zhou")
    assert "assigned" in ews(*asked, given=f"{PASSWORD}\n").stdout
    signed = ("findings", "sign", "MF0001", "accepted", "--by", "zhou", "--note", "Only in grade G9")
    assert "risk accepted" in ews(*signed, given=f"{PASSWORD}\n").stdout
    (one,) = told("findings", "list")["findings"]
    assert (one["owner"], one["due_on"], one["signed_by"], one["note"]) == (
        "sun",
        "2026-12-31",
        "zhou",
        "Only in grade G9",
    )
    again = told("validate", "--report-only")
    assert (again["answer"], again["findings"][0]["state"]) == ("yes", "accepted")
    assert told("findings", "list", "--open")["findings"] == []


def test_findings_are_signed_with_accounts_only(settings):
    found = ews("findings", "sign", "MF0001", "accepted", "--by", "zhou", "--note", "x", given="x\n")
    assert isinstance(found.exception, SettingsError)
    assert "accounts" in str(found.exception)


def test_a_report_cannot_be_made_again_where_nothing_was_validated(settings):
    found = ews("validate", "--report-only")
    assert isinstance(found.exception, ModelError)
    assert "never validated" in str(found.exception)


def test_a_champion_whose_file_was_changed_is_not_validated(settings, made):
    path = model_folder(settings.home, made.model.portfolio, made.model.model_id) / "model.txt"
    path.write_text(path.read_text(encoding="utf-8") + "\n", encoding="utf-8")
    found = ews("validate", "--book", "ledgers")
    assert isinstance(found.exception, ModelError)
    assert "is not the one it says" in str(found.exception)


def test_a_book_that_nobody_knows_of_has_to_be_named(settings):
    found = ews("validate")
    assert isinstance(found.exception, BookError)
    assert "--book" in str(found.exception)


def test_the_inventory_tells_use_validation_and_open_findings_of_every_model(settings, made, validated):
    other = replace(made.model, intercept=made.model.intercept + 1)
    third = replace(made.model, intercept=made.model.intercept + 2)
    for one in (other, third):
        add_model(settings.home, one)
    validated[:] = [*SOUND, WATCHED]
    ews("validate", "--book", "ledgers")
    set_champion(settings.home, other.portfolio, Pointer(other.model_id, None, datetime(2026, 12, 1)))
    (model_folder(settings.home, third.portfolio, third.model_id) / "model.txt").write_text("bent", encoding="utf-8")
    held = told("models")["models"]
    assert [(one["model_id"], one["use"], one["answer"], one["findings_open"]) for one in held] == [
        (other.model_id, "champion", None, 0),
        (made.model.model_id, "former", "conditions", 0),
        (third.model_id, "damaged", None, 0),
    ]
    assert held[1]["until"] == "2026-12-01 00:00:00"


@pytest.mark.parametrize("name", ["card.html", "card.docx"])
def test_a_card_is_written_as_its_name_says(settings, made, tmp_path, name):
    out = tmp_path / name
    assert ews("models", "card", "--out", str(out), "--lang", "en").exit_code == 0
    assert out.read_bytes()[:2] == (b"PK" if name.endswith("docx") else b"<!")


def test_a_card_says_what_the_model_is_for_and_not_for(settings, made):
    which = inventory.chosen(settings, None)
    page = str(inventory.card_of(settings, which, inventory.Language.EN))
    assert ("Meant for: ranking borrowers" in page, "Not meant for: granting" in page) == (True, True)
    assert "never validated" in page


def test_a_card_of_another_kind_is_refused(settings):
    found = ews("models", "card", "--out", "card.pdf")
    assert isinstance(found.exception, SettingsError)
