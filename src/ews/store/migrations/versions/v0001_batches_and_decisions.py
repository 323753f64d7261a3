"""Batches, decisions and records."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None

_ID = sa.String().with_variant(sa.String(collation="C"), "postgresql")


def upgrade() -> None:
    op.create_table(
        "batches",
        sa.Column("publication", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("batch_id", _ID, nullable=False),
        sa.Column("portfolio", _ID, nullable=False),
        sa.Column("as_of", sa.Date, nullable=False),
        sa.Column("known_by", sa.Date, nullable=False),
        sa.Column("published_at", sa.DateTime, nullable=False),
        sa.Column("book_id", sa.String, nullable=False),
        sa.Column("model_id", sa.String, nullable=False),
        sa.Column("policy_hash", sa.String, nullable=False),
        sa.Column("code_version", sa.String, nullable=False),
        sa.Column("predecessor_id", sa.String),
        sa.Column("compared_id", sa.String),
        sa.Column("borrowers_in", sa.BigInteger, nullable=False),
        sa.Column("scored", sa.BigInteger, nullable=False),
        sa.Column("in_default", sa.BigInteger, nullable=False),
        sa.Column("rejected", sa.BigInteger, nullable=False),
        sa.Column("out_of_scope", sa.BigInteger, nullable=False),
        sa.Column("exposure_fen", sa.BigInteger),
        sa.Column("exposure_unknown", sa.BigInteger, nullable=False),
        sa.Column("directory", sa.String, nullable=False),
        sa.Column("summary", sa.Text, nullable=False),
        sa.Column("tallies", sa.Text, nullable=False),
    )
    op.create_index("ix_batches_batch_id", "batches", ["batch_id"], unique=True)
    op.create_index("ix_batches_portfolio", "batches", ["portfolio", "as_of", "publication"])
    _create_decisions()
    op.create_table(
        "records",
        sa.Column("publication", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("borrower_id", _ID, primary_key=True),
        sa.Column("record", sa.Text, nullable=False),
        sa.ForeignKeyConstraint(["publication"], ["batches.publication"], name="fk_records_publication"),
    )


def _create_decisions() -> None:
    op.create_table(
        "decisions",
        sa.Column("publication", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("borrower_id", _ID, primary_key=True),
        sa.Column("name", sa.String),
        sa.Column("branch_id", sa.String),
        sa.Column("officer_id", sa.String),
        sa.Column("industry", sa.String),
        sa.Column("region", sa.String),
        sa.Column("pd", sa.Double),
        sa.Column("grade", sa.String, nullable=False),
        sa.Column("tier", sa.String, nullable=False),
        sa.Column("tier_rank", sa.SmallInteger, nullable=False),
        sa.Column("level", sa.String, nullable=False),
        sa.Column("level_rank", sa.SmallInteger, nullable=False),
        sa.Column("exposure_fen", sa.BigInteger),
        sa.Column("in_default", sa.Boolean, nullable=False),
        sa.Column("top_reason", sa.String),
        sa.ForeignKeyConstraint(["publication"], ["batches.publication"], name="fk_decisions_publication"),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_decisions_borrower", "decisions", ["borrower_id", "publication"])
    op.create_index(
        "ix_decisions_warnings",
        "decisions",
        ["publication", "level_rank"],
        sqlite_where=sa.text("level_rank > 0"),
        postgresql_where=sa.text("level_rank > 0"),
    )


def downgrade() -> None:
    op.drop_table("records")
    op.drop_table("decisions")
    op.drop_table("batches")
