from datetime import timedelta

import pytest

from ews.domain.errors import AccountError
from ews.store.accounts import add_user, set_active
from ews.store.audit_search import EntryFilter, entry_page
from ews.store.tokens import PREFIX, add_token, all_tokens, revoke_token
from tests.store.busy import HOUR, MORNING, PROFILE, checked

SECOND = timedelta(seconds=1)


@pytest.fixture(autouse=True)
def li(log):
    return add_user(log, "li", PROFILE, by="ops", at=MORNING)


def test_a_token_is_256_random_bits_behind_a_prefix(log):
    secrets = {add_token(log, "li", expires_at=MORNING + HOUR, by="ops", at=MORNING).secret for _ in range(5)}
    assert len(secrets) == 5
    assert {(one[:4], len(one)) for one in secrets} == {(PREFIX, 4 + 43)}


def test_tokens_are_listed_also_when_they_are_revoked(log):
    made = add_token(log, "li", expires_at=MORNING + HOUR, by="ops", at=MORNING, note="nightly").token
    assert all_tokens(log.store) == (made,)
    assert (made.user_id, made.note, made.expires_at, made.revoked_at) == ("li", "nightly", MORNING + HOUR, None)
    revoked = revoke_token(log, made.token_id, by="ops", at=MORNING + SECOND)
    assert all_tokens(log.store) == (revoked,)
    assert revoked.revoked_at == MORNING + SECOND


def test_the_log_tells_and_proves_who_gave_and_took_a_token(log):
    made = add_token(log, "li", expires_at=MORNING + HOUR, by="ops", at=MORNING, note="nightly").token
    revoke_token(log, made.token_id, by="boss", at=MORNING)
    page, _ = entry_page(log.store, EntryFilter(action="token.*"), limit=9)
    assert [(one.entry.user_id, one.entry.action, one.entry.subject, one.entry.content) for one in page] == [
        ("boss", "token.revoke", made.token_id, {"user_id": "li"}),
        (
            "ops",
            "token.add",
            made.token_id,
            {"user_id": "li", "note": "nightly", "expires_at": "2026-07-06T10:30:00.123456"},
        ),
    ]
    assert checked(log).faults == ()


def test_a_token_that_would_be_over_is_refused(log):
    for expires_at in (MORNING, MORNING - SECOND):
        with pytest.raises(AccountError, match="would end on 2026-07-06, which is past"):
            add_token(log, "li", expires_at=expires_at, by="ops", at=MORNING)
    assert all_tokens(log.store) == ()


def test_only_an_active_account_gets_a_token(log):
    with pytest.raises(AccountError, match="There is no account 'wu'"):
        add_token(log, "wu", expires_at=MORNING + HOUR, by="ops", at=MORNING)
    set_active(log, "li", active=False, by="ops", at=MORNING)
    with pytest.raises(AccountError, match=r"'li' is disabled\. Enable it first"):
        add_token(log, "li", expires_at=MORNING + HOUR, by="ops", at=MORNING)


def test_a_token_is_revoked_once(log):
    made = add_token(log, "li", expires_at=MORNING + HOUR, by="ops", at=MORNING).token
    revoke_token(log, made.token_id, by="ops", at=MORNING)
    with pytest.raises(AccountError, match=r"no token in use \(it was revoked on 2026-07-06\)"):
        revoke_token(log, made.token_id, by="ops", at=MORNING)
    with pytest.raises(AccountError, match="There is no token 't-x'"):
        revoke_token(log, "t-x", by="ops", at=MORNING)
