"""The commands about accounts: add, list, change, disable, enable, password, token, revoke.

Secrets  a password is asked on the terminal, or read from the first line of standard input; a token is shown once
By       the log names who ran the command by the login of this machine, as os:NAME
"""

import getpass
import sys
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from ews.cli import show
from ews.cli.audit import opened_log
from ews.cli.settings import Settings
from ews.domain.errors import AccountError
from ews.domain.people import Role
from ews.domain.text import Language
from ews.store import accounts, tokens
from ews.store.accounts import Profile, User
from ews.store.branches import known_branches
from ews.store.engine import Store, open_store
from ews.store.entrance import delayed_until
from ews.store.tokens import Token

_MOST_LISTED = 20


def add(settings: Settings, user_id: str, profile: Profile, *, with_password: bool, as_json: bool) -> None:
    """Open an account."""
    password = asked_password(user_id) if with_password else None
    with opened_log(settings) as log:
        words = settings.bank_words
        made = accounts.add_user(log, user_id, profile, by=by(), at=_now(), password=password, bank_words=words)
        _warn_of_branch(log.store, made)
    _told(made, f"account '{user_id}' opened 账户已开立", as_json=as_json)


def list_(settings: Settings, *, with_tokens: bool, as_json: bool) -> None:
    """Tell all accounts, with `with_tokens` their tokens too; never a secret."""
    store = open_store(settings.database, create=False)
    try:
        users = accounts.all_users(store)
        delayed = {user.user_id: delayed_until(store, user, at=_now()) for user in users}
        given = tokens.all_tokens(store) if with_tokens else ()
    finally:
        store.close()
    if as_json:
        plain = [{**_plain(user), "delayed_until": _iso(delayed[user.user_id])} for user in users]
        listed = {"tokens": [_plain_token(one) for one in given]} if with_tokens else {}
        show.as_json({"users": plain, **listed})
        return
    columns = (
        "id 账户",
        "name 姓名",
        "roles 角色",
        "branch 机构",
        "officer id 客户经理编号",
        "login 登录",
        "state 状态",
    )
    rows = [
        (
            user.user_id,
            user.profile.name,
            ", ".join(f"{role.value} {role.text.in_(Language.ZH)}" for role in sorted(user.profile.roles)),
            user.profile.branch_id,
            user.profile.officer_id,
            _login(user),
            _state(user, delayed[user.user_id]),
        )
        for user in users
    ]
    show.table("Accounts 账户", columns, rows, left=len(columns))
    if with_tokens:
        _table_of_tokens(given)


def change(settings: Settings, user_id: str, changed: Mapping[str, Any], *, as_json: bool) -> None:
    """Change fields of a profile; AccountError where nothing is to be changed."""
    if not changed:
        message = f"Nothing is said to change of '{user_id}'. Give --name, --role, --branch, --officer-id or --oidc."
        raise AccountError(message)
    with opened_log(settings) as log:
        made = accounts.change_user(log, user_id, changed, by=by(), at=_now())
        if "branch_id" in changed:
            _warn_of_branch(log.store, made)
    _told(made, f"account '{user_id}' changed 账户已变更", as_json=as_json)


def set_active(settings: Settings, user_id: str, *, active: bool, as_json: bool) -> None:
    """Let an account be used, or no longer."""
    with opened_log(settings) as log:
        made = accounts.set_active(log, user_id, active=active, by=by(), at=_now())
    _told(made, f"account '{user_id}' {'enabled 已启用' if active else 'disabled 已停用'}", as_json=as_json)


def set_password(settings: Settings, user_id: str) -> None:
    """Give an account a new password."""
    password = asked_password(user_id)
    with opened_log(settings) as log:
        accounts.set_password(log, user_id, password, by=by(), at=_now(), bank_words=settings.bank_words)
    _line(f"password of '{user_id}' set 密码已设置")


def add_token(settings: Settings, user_id: str, days: int, note: str | None, *, as_json: bool) -> None:
    """Give an account a token and tell its secret, this once."""
    at = _now()
    with opened_log(settings) as log:
        made = tokens.add_token(log, user_id, expires_at=at + timedelta(days=days), by=by(), at=at, note=note)
    if as_json:
        show.as_json({**_plain_token(made.token), "token": made.secret})
        return
    _line(made.secret)
    _line(
        f"token '{made.token.token_id}' of '{user_id}', good until {made.token.expires_at:%Y-%m-%d}; it is shown this "
        "once 令牌仅显示一次"
    )


def revoke(settings: Settings, token_id: str, *, as_json: bool) -> None:
    """End a token now."""
    with opened_log(settings) as log:
        made = tokens.revoke_token(log, token_id, by=by(), at=_now())
    if as_json:
        show.as_json(_plain_token(made))
    else:
        _line(f"token '{token_id}' of '{made.user_id}' revoked 令牌已吊销")


def by() -> str:
    """Return how the log names who runs a command on this machine."""
    try:
        return f"os:{getpass.getuser()}"
    except (OSError, KeyError):  # a container may have no name for its user
        return "os:unknown"


def asked_password(user_id: str) -> str:
    """Ask for a password twice on a terminal, else read the first line of standard input."""
    if not sys.stdin.isatty():
        return sys.stdin.readline().rstrip("\r\n")
    first = getpass.getpass(f"Password for {user_id} 密码: ")
    if getpass.getpass("Once more 再输一次: ") != first:
        message = f"The two passwords for '{user_id}' differ; nothing was changed. Try again."
        raise AccountError(message)
    return first


def profile_of(
    name: str, roles: list[Role], branch: str | None, officer_id: str | None, oidc_subject: str | None
) -> Profile:
    return Profile(name, frozenset(roles), branch, officer_id, oidc_subject)


def _warn_of_branch(store: Store, user: User) -> None:
    """Say on standard error where no batch has the branch of an account: then it sees nobody."""
    branch_id, known = user.profile.branch_id, known_branches(store)
    if branch_id is None or not known or branch_id in known:
        return
    listed = ", ".join(sorted(known)[:_MOST_LISTED]) + (", …" if len(known) > _MOST_LISTED else "")
    show.ERR.print(
        f"note 提示: no borrower of the newest batches is of branch '{branch_id}', so that '{user.user_id}' sees none "
        f"yet; the branches are {listed}. 最新批次中没有机构“{branch_id}”的借款人",
        highlight=False,
        markup=False,
        soft_wrap=True,
    )


def _told(user: User, said: str, *, as_json: bool) -> None:
    if as_json:
        show.as_json(_plain(user))
    else:
        _line(said)


def _plain(user: User) -> dict[str, Any]:
    own = {"has_password": user.has_password, "is_active": user.is_active, "created_at": _iso(user.created_at)}
    return {"user_id": user.user_id, **user.profile.as_dict(), **own}


def _plain_token(token: Token) -> dict[str, Any]:
    return {
        "token_id": token.token_id,
        "user_id": token.user_id,
        "note": token.note,
        "created_at": _iso(token.created_at),
        "expires_at": _iso(token.expires_at),
        "revoked_at": _iso(token.revoked_at),
    }


def _table_of_tokens(given: tuple[Token, ...]) -> None:
    columns = ("token 令牌", "account 账户", "note 说明", "given 发放", "ends 到期", "revoked 吊销")
    rows = [
        (one.token_id, one.user_id, one.note, *map(_minute, (one.created_at, one.expires_at, one.revoked_at)))
        for one in given
    ]
    show.table("Tokens 令牌", columns, rows, left=len(columns))


def _login(user: User) -> str:
    ways = ("password 密码", user.has_password), ("bank's login 统一登录", user.profile.oidc_subject is not None)
    return ", ".join(text for text, has in ways if has) or "tokens only 仅令牌"


def _state(user: User, delayed: datetime | None) -> str:
    if not user.is_active:
        return "disabled 已停用"
    return "active 启用" if delayed is None else f"delayed until 暂缓至 {delayed:%H:%M:%S}"


def _minute(at: datetime | None) -> str | None:
    return None if at is None else f"{at:%Y-%m-%d %H:%M}"


def _iso(at: datetime | None) -> str | None:
    return None if at is None else at.isoformat()


def _now() -> datetime:
    return datetime.now(UTC).astimezone().replace(tzinfo=None)


def _line(text: str) -> None:
    show.OUT.print(text, highlight=False, markup=False, soft_wrap=True)
