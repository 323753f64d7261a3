"""The worklist anew, found by indexes, its rows in their key; what the nightly work was last done for.

The worklist is filled by `ews.store.worklist.rebuild` afterwards.
"""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"

_ID = sa.String().with_variant(sa.String(collation="C"), "postgresql")
_FOUND = ("kind", "branch_id", "level_rank", "state", "late_on", "due_on", "at_risk_fen", "topic", "officer_id")
_SELDOM = ("assignee", "waits_for", "taken_by", "late_on")


def upgrade() -> None:
    op.drop_table("worklist")
    _create_worklist(sqlite_with_rowid=False)
    op.create_index("ix_worklist_kind", "worklist", list(_FOUND))
    op.create_index("ix_worklist_officer", "worklist", ["officer_id", "branch_id"])
    op.create_index("ix_worklist_role", "worklist", ["role", "branch_id"])
    op.create_index("ix_worklist_due", "worklist", ["kind", "due_on"])
    for name in _SELDOM:
        there = sa.text(f"{name} IS NOT NULL")
        op.create_index(f"ix_worklist_{name}", "worklist", [name], sqlite_where=there, postgresql_where=there)
    op.create_table(
        "nights",
        sa.Column("work", _ID, primary_key=True),
        sa.Column("due", sa.Text, nullable=False),
        sa.Column("begun", sa.BigInteger, nullable=False),
        sa.Column("ended", sa.BigInteger, nullable=False),
        sa.Column("waiting", sa.Integer, nullable=False),
        sa.Column("done_at", sa.DateTime, nullable=False),
    )


def downgrade() -> None:
    op.drop_table("nights")
    op.drop_table("worklist")
    _create_worklist(sqlite_with_rowid=True)
    op.create_index("ix_worklist_branch", "worklist", ["branch_id"])


def _create_worklist(*, sqlite_with_rowid: bool) -> None:
    op.create_table(
        "worklist",
        sa.Column("case_id", _ID, primary_key=True),
        sa.Column("kind", sa.String, nullable=False),
        sa.Column("topic", sa.String),
        sa.Column("state", sa.String, nullable=False),
        sa.Column("borrower_id", _ID),
        sa.Column("name", sa.String),
        sa.Column("branch_id", sa.String),
        sa.Column("officer_id", sa.String),
        sa.Column("level_rank", sa.SmallInteger),
        sa.Column("role", sa.String),
        sa.Column("assignee", _ID),
        sa.Column("due_on", sa.Date),
        sa.Column("late_on", sa.Date),
        sa.Column("rests_until", sa.Date),
        sa.Column("is_escalated", sa.Boolean, nullable=False),
        sa.Column("waits_for", sa.String),
        sa.Column("taken_by", sa.String),
        sa.Column("exposure_fen", sa.BigInteger),
        sa.Column("at_risk_fen", sa.BigInteger),
        sa.Column("opened_at", sa.DateTime, nullable=False),
        sa.ForeignKeyConstraint(["case_id"], ["cases.case_id"], name="fk_worklist_case_id"),
        sqlite_with_rowid=sqlite_with_rowid,
    )
