"""What a validation found against a model, and what became of it."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"

_ID = sa.String().with_variant(sa.String(collation="C"), "postgresql")


def upgrade() -> None:
    op.create_table(
        "model_findings",
        sa.Column("finding_id", _ID, primary_key=True),
        sa.Column("portfolio", _ID, nullable=False),
        sa.Column("model_id", _ID, nullable=False),
        sa.Column("test", _ID, nullable=False),
        sa.Column("severity", sa.String, nullable=False),
        sa.Column("about", sa.Text, nullable=False),
        sa.Column("state", sa.String, nullable=False),
        sa.Column("raised_at", sa.DateTime, nullable=False),
        sa.Column("seen_at", sa.DateTime, nullable=False),
        sa.Column("owner", _ID),
        sa.Column("due_on", sa.Date, nullable=False),
        sa.Column("note", sa.Text),
        sa.Column("signed_by", _ID),
        sa.Column("signed_at", sa.DateTime),
    )
    op.create_index("ix_model_findings_model", "model_findings", ["portfolio", "model_id", "test"], unique=True)


def downgrade() -> None:
    op.drop_table("model_findings")
