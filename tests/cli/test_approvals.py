from datetime import date, datetime

import pytest
from typer.testing import CliRunner

from ews.casework.desk import at_work, open_case
from ews.cli import approvals
from ews.cli.app import app
from ews.cli.desks import desk_of, log_of
from ews.cli.settings import Settings
from ews.domain.errors import (
    ForbiddenError,
    RequestError,
    SecondPersonError,
    SettingsError,
    TransitionError,
    UnauthenticatedError,
    UnknownCaseError,
)
from ews.domain.people import SYSTEM, Role
from ews.models.champion import Pointer, add_model, champion, champion_pointer, champions, set_champion
from ews.models.comparison import digest_of, keep_comparison
from ews.models.history import How
from ews.store.accounts import Profile, add_user
from ews.store.adoptions import adopted
from ews.store.cases import Case
from ews.store.engine import open_store
from tests.models.boosters import small_model
from tests.models.comparisons import check, comparison
from tests.policy.policies import load, small

PASSWORD = "a sound pass phrase"  # noqa: S105 - of a test
PEOPLE = {
    "wang": Role.RISK_MANAGER,
    "zhao": Role.RISK_MANAGER,
    "sun": Role.MODEL_OWNER,
    "zhou": Role.VALIDATOR,
    "qian": Role.AUDITOR,
}
ADOPT = ("--from", "2027-01-01", "--note", "Minutes of 14 September")


@pytest.fixture
def settings(tmp_path, monkeypatch) -> Settings:
    monkeypatch.setenv("COLUMNS", "200")
    monkeypatch.setenv("EWS_HOME", str(tmp_path / "home"))
    return Settings(home=tmp_path / "home")


@pytest.fixture
def store(settings):
    opened = open_store(settings.database)
    yield opened
    opened.close()


@pytest.fixture
def people(settings, store):
    log = log_of(settings, store)
    for user_id, role in PEOPLE.items():
        profile = Profile(user_id.title(), frozenset({role}))
        add_user(log, user_id, profile, by="os:ops", at=datetime(2026, 7, 6), password=PASSWORD)


@pytest.fixture
def folder(tmp_path):
    return small(tmp_path / "policy")


def ews(*arguments, given=PASSWORD) -> str:
    result = CliRunner().invoke(app, [str(one) for one in arguments], input=f"{given}\n")
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    assert result.exit_code == 0, result.output
    assert given not in result.output
    return result.stdout


@pytest.mark.usefixtures("people")
def test_two_people_adopt_a_policy_with_their_passwords(store, folder):
    told = ews("policy", "adopt", folder, *ADOPT, "--by", "wang")
    assert "from 2027-01-01: proposed 已提议 as P0000001\n" in told
    assert told.endswith("Another person approves it 由另一人批准: ews casework approve P0000001 --by USER\n")
    assert adopted(store) == ()
    with pytest.raises(SecondPersonError, match="'wang' may not approve it, having taken part before"):
        ews("casework", "approve", "P0000001", "--by", "wang")
    assert adopted(store) == ()
    assert ews("casework", "approve", "P0000001", "--by", "zhao") == "P0000001: approved 已批准并执行\n"
    (made,) = adopted(store)
    assert (made.policy_hash, made.holds_from, made.adopted_by) == (load(folder).hash, date(2027, 1, 1), "wang, zhao")
    assert made.note == "Minutes of 14 September"


@pytest.mark.usefixtures("people")
def test_what_was_refused_is_not_adopted(store, folder):
    ews("policy", "adopt", folder, *ADOPT, "--by", "wang")
    with pytest.raises(SecondPersonError):
        ews("casework", "refuse", "P0000001", "--by", "wang", "--note", "A second thought")
    assert ews("casework", "refuse", "P0000001", "--by", "zhao", "--note", "Too early") == "P0000001: refused 已否决\n"
    with pytest.raises(TransitionError, match="'P0000001' is refused; only what is proposed is decided on"):
        ews("casework", "approve", "P0000001", "--by", "zhao")
    assert adopted(store) == ()


@pytest.mark.usefixtures("people")
def test_whoever_does_not_know_the_password_or_may_not_proposes_nothing(settings, store, folder):
    with pytest.raises(UnauthenticatedError, match="The id or the password is not accepted"):
        ews("policy", "adopt", folder, *ADOPT, "--by", "wang", given="another pass phrase")
    assert not (settings.home / "policies" / load(folder).hash).exists()
    with pytest.raises(ForbiddenError, match="'qian' may not propose the adoption of a policy"):
        ews("policy", "adopt", folder, *ADOPT, "--by", "qian")
    with pytest.raises(RequestError, match="The note is empty"):
        ews("policy", "adopt", folder, "--from", "2027-01-01", "--by", "wang")
    with pytest.raises(UnknownCaseError):
        ews("casework", "approve", "P0000001", "--by", "zhao")


@pytest.mark.usefixtures("people")
def test_a_model_is_promoted_by_its_owner_and_a_validator(settings):
    first, second = small_model(), small_model(intercept=0.0)
    for model in (first, second):
        add_model(settings.home, model)
    set_champion(settings.home, "test", Pointer(first.model_id, "run-1", datetime(2026, 6, 1)))
    keep_comparison(settings.home, "test", comparison(second.model_id, first.model_id, run_id="run-2"))
    wanted = ("casework", "promote", second.model_id, "--portfolio", "test", "--note", "Yearly retraining")
    with pytest.raises(ForbiddenError, match="'zhou' may not propose the promotion of a model"):
        ews(*wanted, "--by", "zhou")
    told = ews(*wanted, "--by", "sun")
    assert told.startswith(f"model {second.model_id[:12]} for test: proposed 已提议 as Q0000001\n")
    for alone in ("sun", "wang"):
        with pytest.raises((SecondPersonError, ForbiddenError)):
            ews("casework", "approve", "Q0000001", "--by", alone)
    assert champion(settings.home, "test") == first
    ews("casework", "approve", "Q0000001", "--by", "zhou", "--note", "Report 2026-11 read")
    assert champion(settings.home, "test") == second
    assert champion_pointer(settings.home, "test").since.date() == datetime.now().date()  # noqa: DTZ005 - naive local
    made = champions(settings.home, "test")[-1]
    assert (made.how, made.by, made.why, made.run_id) == (How.PROMOTED, ("sun", "zhou"), "Yearly retraining", "run-2")
    assert made.comparison == digest_of(comparison(second.model_id, first.model_id, run_id="run-2"))


@pytest.mark.usefixtures("people")
def test_past_the_gate_leads_an_emergency_only_and_the_history_keeps_who_and_why(settings):
    first, second = small_model(), small_model(intercept=0.0)
    for model in (first, second):
        add_model(settings.home, model)
    set_champion(settings.home, "test", Pointer(first.model_id, "run-1", datetime(2026, 6, 1)))
    wanted = ("casework", "promote", second.model_id, "--portfolio", "test", "--by", "sun", "--note", "Feed is gone")
    with pytest.raises(RequestError, match="was not compared with the champion"):
        ews(*wanted)
    keep_comparison(settings.home, "test", comparison(second.model_id, first.model_id, check(verdict="failed")))
    with pytest.raises(RequestError, match=r"The gate is shut for model '.*': challenger_auc"):
        ews(*wanted)
    ews(*wanted, "--emergency")
    with pytest.raises(SecondPersonError):
        ews("casework", "approve", "Q0000001", "--by", "sun")
    ews("casework", "approve", "Q0000001", "--by", "zhou")
    made = champions(settings.home, "test")[-1]
    assert (made.model_id, made.how, made.by) == (second.model_id, How.EMERGENCY, ("sun", "zhou"))
    assert (made.why, made.comparison) == ("Feed is gone", None)


@pytest.mark.usefixtures("people")
def test_a_comparison_made_anew_must_be_proposed_anew(settings):
    first, second = small_model(), small_model(intercept=0.0)
    for model in (first, second):
        add_model(settings.home, model)
    set_champion(settings.home, "test", Pointer(first.model_id, "run-1", datetime(2026, 6, 1)))
    keep_comparison(settings.home, "test", comparison(second.model_id, first.model_id))
    ews("casework", "promote", second.model_id, "--portfolio", "test", "--by", "sun", "--note", "Yearly")
    keep_comparison(settings.home, "test", comparison(second.model_id, first.model_id, rows=12))
    with pytest.raises(TransitionError, match="was compared again after it was proposed"):
        ews("casework", "approve", "Q0000001", "--by", "zhou")
    assert champion(settings.home, "test") == first


@pytest.mark.usefixtures("people")
def test_a_model_that_is_not_stored_is_not_proposed():
    with pytest.raises(RequestError, match="Portfolio 'test' has no model 'abab"):
        ews("casework", "promote", "ab" * 32, "--portfolio", "test", "--note", "Why", "--by", "sun")


@pytest.mark.usefixtures("people")
def test_what_is_no_proposal_is_not_approved_here(settings, store):
    desk = desk_of(settings, store, log_of(settings, store))
    with at_work(desk, SYSTEM, "intake", "b1") as work:
        open_case(work, Case("warning", "raised", portfolio="test", borrower_id="B1"), "raise", {})
    with pytest.raises(RequestError, match="'W0000001' is a warning; here adoptions and promotions are decided on"):
        ews("casework", "approve", "W0000001", "--by", "zhao")


@pytest.mark.usefixtures("store")
def test_without_accounts_nobody_can_be_the_second_person():
    with pytest.raises(SettingsError, match=r"there is none yet\. Open them with 'ews user add'"):
        ews("casework", "promote", "ab" * 32, "--portfolio", "test", "--note", "Why", "--by", "sun")


def test_on_a_terminal_the_password_is_asked_and_not_shown(monkeypatch):
    asked = []
    monkeypatch.setattr("sys.stdin.isatty", lambda: True, raising=False)
    monkeypatch.setattr("getpass.getpass", lambda prompt: asked.append(prompt) or PASSWORD)
    assert approvals.password_of("wang") == PASSWORD
    assert asked == ["Password of wang 密码: "]
