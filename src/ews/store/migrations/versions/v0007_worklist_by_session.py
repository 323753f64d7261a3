"""The worklist knows of which quarter a form is, so that a session is one line.

The worklist is filled by `ews.store.worklist.rebuild` afterwards.
"""

from alembic import op

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    op.execute("DELETE FROM worklist")


def downgrade() -> None:
    op.execute("UPDATE worklist SET topic = NULL WHERE kind = 'review'")
