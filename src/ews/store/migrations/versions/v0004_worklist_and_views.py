"""The worklist, which is filled by `ews.store.worklist.rebuild` afterwards, and the views that people keep."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"

_ID = sa.String().with_variant(sa.String(collation="C"), "postgresql")


def upgrade() -> None:
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
    )
    op.create_index("ix_worklist_branch", "worklist", ["branch_id"])
    op.create_table(
        "views",
        sa.Column("user_id", _ID, primary_key=True),
        sa.Column("page", _ID, primary_key=True),
        sa.Column("name", _ID, primary_key=True),
        sa.Column("query", sa.String, nullable=False),
        sa.Column("saved_at", sa.DateTime, nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["users.user_id"], name="fk_views_user_id"),
    )


def downgrade() -> None:
    op.drop_table("views")
    op.drop_table("worklist")
