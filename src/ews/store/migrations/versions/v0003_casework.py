"""Casework: cases, acts, findings; accounts; the audit log; receivers."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"

_ID = sa.String().with_variant(sa.String(collation="C"), "postgresql")


def upgrade() -> None:
    _create_casework()
    _create_accounts()
    _create_audit()
    _create_neighbours()


def _create_casework() -> None:
    op.create_table(
        "cases",
        sa.Column("case_id", _ID, primary_key=True),
        sa.Column("kind", sa.String, nullable=False),
        sa.Column("number", sa.Integer, nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("state", sa.String, nullable=False),
        sa.Column("portfolio", _ID),
        sa.Column("borrower_id", _ID),
        sa.Column("name", sa.String),
        sa.Column("branch_id", sa.String),
        sa.Column("officer_id", sa.String),
        sa.Column("level", sa.String),
        sa.Column("role", sa.String),
        sa.Column("assignee", _ID),
        sa.Column("due_on", sa.Date),
        sa.Column("exposure_fen", sa.BigInteger),
        sa.Column("at_risk_fen", sa.BigInteger),
        sa.Column("opened_at", sa.DateTime, nullable=False),
        sa.Column("closed_at", sa.DateTime),
        sa.Column("same_as", _ID),
        sa.Column("body", sa.Text, nullable=False),
    )
    op.create_index("ix_cases_number", "cases", ["kind", "number"], unique=True)
    op.create_index("ix_cases_same_as", "cases", ["same_as"], unique=True)
    op.create_index("ix_cases_borrower", "cases", ["portfolio", "borrower_id"])
    op.create_index("ix_cases_open", "cases", ["kind", "branch_id", "closed_at"])
    op.create_table(
        "acts",
        sa.Column("act", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("case_id", _ID, nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("verb", sa.String, nullable=False),
        sa.Column("at", sa.DateTime, nullable=False),
        sa.Column("user_id", _ID, nullable=False),
        sa.Column("state", sa.String, nullable=False),
        sa.Column("due_on", sa.Date),
        sa.Column("content", sa.Text, nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["cases.case_id"], name="fk_acts_case_id"),
    )
    op.create_index("ix_acts_case", "acts", ["case_id", "version"], unique=True)
    op.create_table(
        "findings",
        sa.Column("finding_id", _ID, primary_key=True),
        sa.Column("portfolio", _ID, nullable=False),
        sa.Column("borrower_id", _ID, nullable=False),
        sa.Column("loan_id", _ID),
        sa.Column("found_on", sa.Date, nullable=False),
        sa.Column("known_on", sa.Date, nullable=False),
        sa.Column("field", sa.String, nullable=False),
        sa.Column("value", sa.String),
        sa.Column("author", _ID, nullable=False),
        sa.Column("case_id", _ID, nullable=False),
        sa.Column("corrects", _ID),
        sa.ForeignKeyConstraint(["case_id"], ["cases.case_id"], name="fk_findings_case_id"),
    )
    op.create_index("ix_findings_borrower", "findings", ["portfolio", "borrower_id"])


def _create_accounts() -> None:
    op.create_table(
        "users",
        sa.Column("user_id", _ID, primary_key=True),
        sa.Column("name", sa.String, nullable=False),
        sa.Column("roles", sa.String, nullable=False),
        sa.Column("branch_id", sa.String),
        sa.Column("officer_id", sa.String),
        sa.Column("password_hash", sa.String),
        sa.Column("oidc_subject", _ID),
        sa.Column("is_active", sa.Boolean, nullable=False),
        sa.Column("created_at", sa.DateTime, nullable=False),
    )
    op.create_index("ix_users_oidc_subject", "users", ["oidc_subject"], unique=True)
    op.create_table(
        "tokens",
        sa.Column("token_id", _ID, primary_key=True),
        sa.Column("token_hash", sa.String, nullable=False),
        sa.Column("user_id", _ID, nullable=False),
        sa.Column("note", sa.String),
        sa.Column("created_at", sa.DateTime, nullable=False),
        sa.Column("expires_at", sa.DateTime),
        sa.Column("revoked_at", sa.DateTime),
        sa.ForeignKeyConstraint(["user_id"], ["users.user_id"], name="fk_tokens_user_id"),
    )
    op.create_index("ix_tokens_token_hash", "tokens", ["token_hash"], unique=True)
    op.create_table(
        "sessions",
        sa.Column("session_hash", sa.String, primary_key=True),
        sa.Column("user_id", _ID, nullable=False),
        sa.Column("started_at", sa.DateTime, nullable=False),
        sa.Column("expires_at", sa.DateTime, nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["users.user_id"], name="fk_sessions_user_id"),
    )
    op.create_table(
        "logins",
        sa.Column("user_id", _ID, primary_key=True),
        sa.Column("failed", sa.Integer, nullable=False),
        sa.Column("failed_at", sa.DateTime, nullable=False),
    )


def _create_audit() -> None:
    op.create_table(
        "audit",
        sa.Column("entry", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("at", sa.DateTime, nullable=False),
        sa.Column("user_id", _ID, nullable=False),
        sa.Column("action", sa.String, nullable=False),
        sa.Column("subject", sa.String, nullable=False),
        sa.Column("request_id", sa.String),
        sa.Column("borrowers", sa.Text),
        sa.Column("content", sa.Text, nullable=False),
        sa.Column("rows", sa.Text, nullable=False),
        sa.Column("previous", sa.String, nullable=False),
        sa.Column("hash", sa.String, nullable=False),
    )
    op.create_index("ix_audit_subject", "audit", ["subject"])


def _create_neighbours() -> None:
    op.create_table(
        "receivers",
        sa.Column("receiver_id", _ID, primary_key=True),
        sa.Column("url", sa.String, nullable=False),
        sa.Column("secret", sa.String, nullable=False),
        sa.Column("events", sa.String, nullable=False),
        sa.Column("is_active", sa.Boolean, nullable=False),
        sa.Column("created_at", sa.DateTime, nullable=False),
    )
    op.create_table(
        "deliveries",
        sa.Column("receiver_id", _ID, primary_key=True),
        sa.Column("act", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("body", sa.Text, nullable=False),
        sa.Column("attempts", sa.Integer, nullable=False),
        sa.Column("next_at", sa.DateTime),
        sa.Column("delivered_at", sa.DateTime),
        sa.Column("error", sa.String),
        sa.ForeignKeyConstraint(["receiver_id"], ["receivers.receiver_id"], name="fk_deliveries_receiver_id"),
        sa.ForeignKeyConstraint(["act"], ["acts.act"], name="fk_deliveries_act"),
    )
    op.create_index("ix_deliveries_next", "deliveries", ["next_at"])


def downgrade() -> None:
    for name in (
        "deliveries",
        "receivers",
        "audit",
        "logins",
        "sessions",
        "tokens",
        "users",
        "findings",
        "acts",
        "cases",
    ):
        op.drop_table(name)
