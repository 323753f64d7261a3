"""Tokens: what machines enter with; shown once, of which the store keeps SHA-256 only; they end by themselves.

Writes  tokens; each change with its entry in the audit log
"""

import hashlib
import secrets
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import Row, insert, select, update

from ews.domain.errors import AccountError
from ews.store.accounts import row_of
from ews.store.audit import Entry
from ews.store.audit_log import Log, change
from ews.store.engine import Store, reading
from ews.store.tables import tokens

PREFIX = "ews_"
"""So that scanners for secrets know a token where one has leaked."""


@dataclass(frozen=True, slots=True)
class Token:
    """`token_id` is no secret."""

    token_id: str
    user_id: str
    note: str | None
    created_at: datetime
    expires_at: datetime
    revoked_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class NewToken:
    """`secret` is told this once."""

    token: Token
    secret: str = field(repr=False)


def add_token(
    log: Log,
    user_id: str,
    *,
    expires_at: datetime,
    by: str,
    at: datetime,
    note: str | None = None,
    request_id: str | None = None,
) -> NewToken:
    """Give an account a token; AccountError where there is no such active account, or the token would be over."""
    if expires_at <= at:
        message = f"The token would end on {expires_at:%Y-%m-%d}, which is past. Give a later day."
        raise AccountError(message)
    made_token = Token("t-" + secrets.token_hex(6), user_id, note, at, expires_at)
    secret = PREFIX + secrets.token_urlsafe(32)
    told = {"user_id": user_id, "note": note, "expires_at": expires_at}
    with change(log, Entry(at, by, "token.add", made_token.token_id, request_id, told)) as made:
        if not row_of(made.connection, user_id).is_active:
            message = f"The account '{user_id}' is disabled. Enable it first, or name another one."
            raise AccountError(message)
        row = {name: getattr(made_token, name) for name in Token.__dataclass_fields__}
        hashed = hashlib.sha256(secret.encode()).hexdigest()
        made.connection.execute(insert(tokens), [{**row, "token_hash": hashed}])
        made.touch("tokens", made_token.token_id)
    return NewToken(made_token, secret)


def revoke_token(log: Log, token_id: str, *, by: str, at: datetime, request_id: str | None = None) -> Token:
    """End a token now; AccountError where there is none of that id, or it was revoked before."""
    with change(log, Entry(at, by, "token.revoke", token_id, request_id)) as made:
        row = made.connection.execute(select(tokens).where(tokens.c.token_id == token_id)).first()
        if row is None or row.revoked_at is not None:
            known = "no token" if row is None else f"no token in use (it was revoked on {row.revoked_at:%Y-%m-%d})"
            message = f"There is {known} '{token_id}'. See 'ews user list --tokens' for those there are."
            raise AccountError(message)
        made.content["user_id"] = row.user_id
        found = made.found("tokens", token_id)
        made.connection.execute(update(tokens).where(tokens.c.token_id == token_id).values(revoked_at=at))
        made.touch("tokens", token_id, found)
        return _token(made.connection.execute(select(tokens).where(tokens.c.token_id == token_id)).one())


def revoke_all_tokens(log: Log, *, by: str, at: datetime) -> int:
    """End all tokens that are in use, at once; return how many those were. Nothing is entered where there is none."""
    in_use = select(tokens.c.token_id).where(tokens.c.revoked_at.is_(None)).order_by(tokens.c.token_id)
    with reading(log.store) as connection:
        if connection.execute(in_use).first() is None:
            return 0
    with change(log, Entry(at, by, "token.revoke-all", "tokens")) as made:
        ended = made.connection.execute(in_use).scalars().all()
        found = {token_id: made.found("tokens", token_id) for token_id in ended}
        made.connection.execute(update(tokens).where(tokens.c.token_id.in_(ended)).values(revoked_at=at))
        for token_id in ended:
            made.touch("tokens", token_id, found[token_id])
        made.content["ended"] = len(ended)
    return len(ended)


def all_tokens(store: Store) -> tuple[Token, ...]:
    """Return all tokens, those over or revoked too, by account and time."""
    query = select(tokens).order_by(tokens.c.user_id, tokens.c.created_at, tokens.c.token_id)
    with reading(store) as connection:
        return tuple(_token(row) for row in connection.execute(query))


def _token(row: Row[Any]) -> Token:
    return Token(**{name: getattr(row, name) for name in Token.__dataclass_fields__})
