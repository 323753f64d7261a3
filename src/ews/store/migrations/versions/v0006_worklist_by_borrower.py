"""The worklist knows whose a case is, and whether its signals are gone; the money of a borrower is found by an index.

The worklist is filled by `ews.store.worklist.rebuild` afterwards.
"""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"

_ID = sa.String().with_variant(sa.String(collation="C"), "postgresql")
_COUNTED = ("branch_id", "level_rank", "state", "late_on", "due_on")
_SUMMED = ("at_risk_fen", "topic", "officer_id")


def upgrade() -> None:
    op.execute("DELETE FROM worklist")
    op.add_column("worklist", sa.Column("portfolio", _ID))
    op.add_column("worklist", sa.Column("is_gone", sa.Boolean, nullable=False, server_default=sa.false()))
    op.drop_index("ix_worklist_kind", "worklist")
    op.create_index("ix_worklist_kind", "worklist", ["kind", *_COUNTED, "is_gone", *_SUMMED])
    op.create_index(
        "ix_worklist_borrower", "worklist", ["kind", "borrower_id", "portfolio", *_COUNTED, "is_gone", *_SUMMED]
    )


def downgrade() -> None:
    op.drop_index("ix_worklist_borrower", "worklist")
    op.drop_index("ix_worklist_kind", "worklist")
    op.drop_column("worklist", "is_gone")
    op.drop_column("worklist", "portfolio")
    op.create_index("ix_worklist_kind", "worklist", ["kind", *_COUNTED, *_SUMMED])
