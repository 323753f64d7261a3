"""When a warning is handed out, stage and provisions, adopted policies."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"

COLUMNS = {
    "release_on": sa.Date,
    "place": sa.Integer,
    "is_waiting": sa.Boolean,
    "stage": sa.SmallInteger,
    "expected_loss_fen": sa.BigInteger,
    "provision_fen": sa.BigInteger,
}


def upgrade() -> None:
    for name, kind in COLUMNS.items():
        op.add_column("decisions", sa.Column(name, kind))
    op.create_table(
        "adoptions",
        sa.Column("adoption", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("policy_hash", sa.String, nullable=False),
        sa.Column("holds_from", sa.Date, nullable=False),
        sa.Column("adopted_at", sa.DateTime, nullable=False),
        sa.Column("adopted_by", sa.String, nullable=False),
        sa.Column("note", sa.Text),
    )


def downgrade() -> None:
    op.drop_table("adoptions")
    for name in COLUMNS:
        op.drop_column("decisions", name)
