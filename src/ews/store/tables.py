"""Tables of the store: what has been published.

Grain   batches: one publication; decisions: (publication, borrower_id), narrow, never changed;
        records: the full record of a decision, for the newest batch of each portfolio only;
        adoptions: one decision that a policy holds from a day, never changed
Keys    `publication` counts publications upwards; it stands for the batch in the other tables, and of two batches
        with the same as_of the higher one wins
Order   ids sort by code point on every database
Change  a change here needs a migration in migrations/versions; a test compares the two
"""

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Date,
    DateTime,
    Double,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    SmallInteger,
    String,
    Table,
    Text,
    text,
)

metadata = MetaData()

_ID = String().with_variant(String(collation="C"), "postgresql")

batches = Table(
    "batches",
    metadata,
    Column("publication", Integer, primary_key=True, autoincrement=False),
    Column("batch_id", _ID, nullable=False),
    Column("portfolio", _ID, nullable=False),
    Column("as_of", Date, nullable=False),
    Column("known_by", Date, nullable=False),
    Column("published_at", DateTime, nullable=False),
    Column("book_id", String, nullable=False),
    Column("model_id", String, nullable=False),
    Column("policy_hash", String, nullable=False),
    Column("code_version", String, nullable=False),
    Column("predecessor_id", String),
    Column("compared_id", String),
    Column("borrowers_in", BigInteger, nullable=False),
    Column("scored", BigInteger, nullable=False),
    Column("in_default", BigInteger, nullable=False),
    Column("rejected", BigInteger, nullable=False),
    Column("out_of_scope", BigInteger, nullable=False),
    Column("exposure_fen", BigInteger),
    Column("exposure_unknown", BigInteger, nullable=False),
    Column("directory", String, nullable=False),
    Column("summary", Text, nullable=False),
    Column("tallies", Text, nullable=False),
    Index("ix_batches_batch_id", "batch_id", unique=True),
    Index("ix_batches_portfolio", "portfolio", "as_of", "publication"),
)

decisions = Table(
    "decisions",
    metadata,
    Column(
        "publication",
        Integer,
        ForeignKey("batches.publication", name="fk_decisions_publication"),
        primary_key=True,
        autoincrement=False,
    ),
    Column("borrower_id", _ID, primary_key=True),
    Column("name", String),
    Column("branch_id", String),
    Column("officer_id", String),
    Column("industry", String),
    Column("region", String),
    Column("pd", Double),
    Column("grade", String, nullable=False),
    Column("tier", String, nullable=False),
    Column("tier_rank", SmallInteger, nullable=False),
    Column("level", String, nullable=False),
    Column("level_rank", SmallInteger, nullable=False),
    Column("exposure_fen", BigInteger),
    Column("in_default", Boolean, nullable=False),
    Column("top_reason", String),
    Column("release_on", Date),
    Column("place", Integer),
    Column("is_waiting", Boolean),
    Column("stage", SmallInteger),
    Column("expected_loss_fen", BigInteger),
    Column("provision_fen", BigInteger),
    Index("ix_decisions_borrower", "borrower_id", "publication"),
    Index(
        "ix_decisions_warnings",
        "publication",
        "level_rank",
        sqlite_where=text("level_rank > 0"),
        postgresql_where=text("level_rank > 0"),
    ),
    sqlite_with_rowid=False,
)

records = Table(
    "records",
    metadata,
    Column(
        "publication",
        Integer,
        ForeignKey("batches.publication", name="fk_records_publication"),
        primary_key=True,
        autoincrement=False,
    ),
    Column("borrower_id", _ID, primary_key=True),
    Column("record", Text, nullable=False),
)

adoptions = Table(
    "adoptions",
    metadata,
    Column("adoption", Integer, primary_key=True, autoincrement=False),
    Column("policy_hash", String, nullable=False),
    Column("holds_from", Date, nullable=False),
    Column("adopted_at", DateTime, nullable=False),
    Column("adopted_by", String, nullable=False),
    Column("note", Text),
)
