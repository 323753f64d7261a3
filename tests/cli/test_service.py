from dataclasses import replace
from pathlib import Path

import pytest

from ews.cli.desks import desk_of, hands_of, log_of
from ews.cli.service import services_of, tls_of
from ews.cli.settings import Settings, read_settings
from ews.domain.errors import ModelError, SettingsError
from ews.models.champion import add_model
from ews.serving.server import Tls
from ews.store.engine import open_store
from ews.store.journal import Journal

WHOLE = {
    "oidc_issuer": "https://login.bank/realms/staff",
    "oidc_client_id": "ews",
    "oidc_redirect_base": "https://ews.bank",
}


@pytest.fixture
def made(tmp_path):
    """Give a function that puts the services of some settings together."""
    store = open_store(f"sqlite:///{tmp_path / 'home' / 'ews.db'}")

    def put_together(**set_):
        settings = Settings(home=tmp_path / "home", **set_)
        log = log_of(settings, store)
        with Journal(store, log.key, log.witness) as journal:
            return services_of(settings, desk_of(settings, store, log), journal, hands_of(settings, store, log))

    yield put_together
    store.close()


def test_without_the_banks_login_people_use_passwords(made):
    assert made().oidc is None


def test_the_banks_login_is_known_once_all_of_it_is_set(made, tmp_path):
    oidc = made(**WHOLE, oidc_secret_file=tmp_path / "secret").oidc
    assert (oidc.issuer, oidc.client_id, oidc.redirect_base) == tuple(WHOLE.values())
    assert oidc.secret_file == tmp_path / "secret"


@pytest.mark.parametrize("missing", list(WHOLE))
def test_a_login_that_is_set_in_part_is_refused_with_what_is_missing(made, missing):
    part = {name: value for name, value in WHOLE.items() if name != missing}
    with pytest.raises(SettingsError) as caught:
        made(**part)
    assert str(caught.value) == (
        f"The bank's own login is set in part: EWS_{missing.upper()} missing. Set all of them, or none."
    )


def test_a_login_of_which_one_thing_is_set_names_both_others(made):
    with pytest.raises(SettingsError, match="EWS_OIDC_CLIENT_ID, EWS_OIDC_REDIRECT_BASE missing"):
        made(oidc_issuer="https://login.bank/realms/staff")


def test_the_file_of_a_secret_alone_is_no_login(made, tmp_path):
    with pytest.raises(SettingsError, match="EWS_OIDC_ISSUER, EWS_OIDC_CLIENT_ID, EWS_OIDC_REDIRECT_BASE missing"):
        made(oidc_secret_file=tmp_path / "secret")


def test_tls_takes_a_certificate_and_its_key():
    assert tls_of(None, None) is None
    assert tls_of(Path("c.pem"), Path("k.pem")) == Tls(Path("c.pem"), Path("k.pem"))
    for given in ((Path("c.pem"), None), (None, Path("k.pem"))):
        with pytest.raises(SettingsError, match="give both --tls-certificate and --tls-key, or neither"):
            tls_of(*given)


def test_without_a_champion_there_are_no_model_facts(made):
    with pytest.raises(ModelError, match="No portfolio has a champion model"):
        made().models()


def test_evidence_lies_in_the_home(made, tmp_path):
    assert made().evidence == (tmp_path / "home" / "evidence").resolve()


def test_the_grades_of_the_policy_are_those_of_the_book_and_the_last_of_them_warn(made):
    services = made()
    assert services.keeper.grades == ("G1", "G2", "G3", "G4", "G5", "G6", "G7", "G8", "G9", "D")
    assert services.warning_grades == {"G7", "G8", "G9", "D"}


def test_stored_models_are_known_with_how_they_did_and_the_champion_since_when(scored, tmp_path):
    home = scored.copied_to(tmp_path / "home")
    other = replace(scored.model, reference={"rows": 10, "defaults": 1})
    add_model(home, other)
    damaged = home / "models" / "synthetic" / ("0" * 64)
    damaged.mkdir()
    (damaged / "model.json").write_text("{}", encoding="utf-8")
    settings = Settings(home=home, mlflow_url="https://mlflow.bank.example/")
    store = open_store(settings.database)
    log = log_of(settings, store)
    with Journal(store, log.key, log.witness) as journal:
        services = services_of(settings, desk_of(settings, store, log), journal, hands_of(settings, store, log))
        found = {one.model_id: one for one in services.stored_models()}
        (champion,) = services.models()
    store.close()
    assert set(found) == {scored.model.model_id, other.model_id}
    assert (found[other.model_id].since, found[other.model_id].rows, found[other.model_id].examined) == (None, 10, None)
    assert found[champion.model_id].since == champion.since
    assert champion.metrics == champion.examined.metrics
    assert 0.5 < champion.metrics["test_auc"] < 1
    assert services.mlflow_url == "https://mlflow.bank.example"


@pytest.mark.parametrize("address", ["javascript:alert(1)", "mlflow.bank.example", "https://"])
def test_what_no_browser_should_open_is_no_address_of_mlflow(monkeypatch, address):
    monkeypatch.setenv("EWS_MLFLOW_URL", address)
    with pytest.raises(SettingsError, match="Setting 'mlflow_url' cannot be used"):
        read_settings()
