import json
from datetime import date, datetime

import pytest
from sqlalchemy import select
from typer.testing import CliRunner

from ews.cli.app import app
from ews.cli.desks import log_of
from ews.cli.retraining.back import ROLL_BACK
from ews.cli.settings import Settings
from ews.domain.errors import ForbiddenError, ModelError, RequestError, UnauthenticatedError
from ews.domain.people import Role
from ews.models.champion import Grounds, Pointer, add_model, champion_pointer, champions, set_champion
from ews.models.history import How
from ews.store.accounts import Profile, add_user
from ews.store.engine import open_store, reading
from ews.store.tables import audit
from tests.models.boosters import small_model

A, B, C = small_model(), small_model(intercept=0.0), small_model(intercept=0.5)
PASSWORD = "a sound pass phrase"  # noqa: S105 - of a test
WHY = ("--note", "Too many warnings", "--by", "sun")


@pytest.fixture
def settings(tmp_path, monkeypatch):
    home = tmp_path / "home"
    monkeypatch.setenv("EWS_HOME", str(home))
    monkeypatch.setenv("COLUMNS", "200")
    for month, (model, how) in enumerate(((A, How.FIRST), (B, How.PROMOTED), (C, How.PROMOTED)), start=4):
        add_model(home, model)
        set_champion(home, "test", Pointer(model.model_id, f"run-{month}", datetime(2026, month, 1)), Grounds(how))
    return Settings(home=home)


def ews(*arguments, given=""):
    result = CliRunner().invoke(app, [str(one) for one in arguments], input=f"{given}\n")
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    assert result.exit_code == 0, result.output
    return result.stdout


def decides(settings):
    return champion_pointer(settings.home, "test").model_id


def test_one_command_leads_back_step_by_step_and_the_history_tells_it(settings):
    assert "已回退" in ews("rollback", *WHY)
    assert decides(settings) == B.model_id
    ews("rollback", *WHY)
    assert decides(settings) == A.model_id
    with pytest.raises(ModelError, match="knows no earlier champion to go back to"):
        ews("rollback", *WHY)
    told = json.loads(ews("champions", "--json"))["champions"]
    assert [(one["how"], one["model_id"]) for one in told[:2]] == [
        ("rolled_back", A.model_id),
        ("rolled_back", B.model_id),
    ]
    assert (told[0]["by"], told[0]["why"], told[0]["run_id"]) == (["sun"], "Too many warnings", "run-4")
    assert told[0]["former_id"] == B.model_id


def test_back_leads_to_a_champion_that_is_named_and_to_no_other_model(settings):
    ews("rollback", "--to", A.model_id[:10], *WHY)
    assert decides(settings) == A.model_id
    ews("rollback", "--to", C.model_id[:10], *WHY)
    assert decides(settings) == C.model_id
    with pytest.raises(ModelError, match="knows no champion that begins with 'ffff'"):
        ews("rollback", "--to", "ffff", *WHY)


def test_a_model_whose_files_were_changed_is_not_gone_back_to(settings):
    path = settings.home / "models" / "test" / B.model_id / "model.txt"
    path.write_text(path.read_text().replace("leaf_value=", "leaf_value=9", 1))
    with pytest.raises(ModelError, match="is not the one it says"):
        ews("rollback", *WHY)
    assert decides(settings) == C.model_id
    assert len(champions(settings.home, "test")) == 3


def test_mlflow_out_of_reach_keeps_nobody_from_going_back(settings, monkeypatch):
    monkeypatch.setenv("EWS_TRACKING_URI", "http://127.0.0.1:9")
    result = CliRunner().invoke(app, ["rollback", *WHY])
    assert result.exit_code == 0
    assert decides(settings) == B.model_id
    assert "MLflow at 'http://127.0.0.1:9' cannot be reached" in " ".join(result.stderr.split())


def test_without_a_reason_nobody_goes_back(settings):
    with pytest.raises(RequestError, match="A roll-back says who decided and why"):
        ews("rollback", "--note", " ", "--by", "sun")


def test_with_accounts_the_password_of_a_model_owner_or_validator_is_asked_and_the_log_tells(settings):
    store = open_store(settings.database)
    log = log_of(settings, store)
    for user_id, role in (("sun", Role.MODEL_OWNER), ("wang", Role.RISK_MANAGER)):
        profile = Profile(user_id.title(), frozenset({role}))
        add_user(log, user_id, profile, by="os:ops", at=datetime(2026, 7, 6), password=PASSWORD)
    with pytest.raises(UnauthenticatedError):
        ews("rollback", *WHY, given="another pass phrase")
    with pytest.raises(ForbiddenError, match="'wang' may not roll a model back"):
        ews("rollback", "--note", "Why", "--by", "wang", given=PASSWORD)
    assert decides(settings) == C.model_id
    ews("rollback", *WHY, given=PASSWORD)
    assert decides(settings) == B.model_id
    with reading(store) as connection:
        (entry,) = connection.execute(select(audit).where(audit.c.action == ROLL_BACK)).all()
    assert (entry.user_id, entry.subject) == ("sun", B.model_id)
    store.close()


def test_of_a_day_it_is_told_who_decided(settings):
    told = json.loads(ews("champions", "--on", "2026-05-15", "--json"))["champions"]
    assert [(one["model_id"], one["run_id"]) for one in told] == [(B.model_id, "run-5")]
    assert date.fromisoformat(told[0]["since"][:10]) == date(2026, 5, 1)
    assert "冠军模型沿革" in ews("champions")
