"""When a session was last used, so that it ends where nothing is done; of those that are open it is when they began."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"


def upgrade() -> None:
    op.add_column("sessions", sa.Column("last_used_at", sa.DateTime))
    op.execute("UPDATE sessions SET last_used_at = started_at")
    with op.batch_alter_table("sessions") as sessions:  # SQLite makes the table anew for that
        sessions.alter_column("last_used_at", nullable=False)


def downgrade() -> None:
    op.drop_column("sessions", "last_used_at")
