"""Tables of the store: what has been published.

Grain   batches: one publication; decisions: (publication, borrower_id), narrow, never changed;
        packed_records: the full records of a few neighbours, under the first of them, for the newest batch of each
        portfolio only; records: one full record, as they were kept before there were packs, read until a newer batch
        adoptions: one decision that a policy holds from a day, never changed
        cases: one thing that people work on (kinds: ews.store.cases), as it is now; acts: (case, version), what was
        done, never changed; findings: what checks and approvals established, never changed
        worklist: an open case as lists of work find it, derived; views: a list as somebody has kept it
        nights: what the nightly work was last done for, so that it need not be gone through again
        checkups: what was found when the model of a batch was looked at, derived
        model_findings: what a validation found against a model, and what became of it
        users, tokens: accounts; sessions, logins: who is logged in, who failed to; audit: the chained log
        receivers, deliveries: who is told of acts, and what was delivered
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
    LargeBinary,
    MetaData,
    SmallInteger,
    String,
    Table,
    Text,
    false,
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

packed_records = Table(
    "packed_records",
    metadata,
    Column(
        "publication",
        Integer,
        ForeignKey("batches.publication", name="fk_packed_records_publication"),
        primary_key=True,
        autoincrement=False,
    ),
    Column("borrower_id", _ID, primary_key=True),
    Column("packed", LargeBinary, nullable=False),
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

cases = Table(
    "cases",
    metadata,
    Column("case_id", _ID, primary_key=True),
    Column("kind", String, nullable=False),
    Column("number", Integer, nullable=False),
    Column("version", Integer, nullable=False),
    Column("state", String, nullable=False),
    Column("portfolio", _ID),
    Column("borrower_id", _ID),
    Column("name", String),
    Column("branch_id", String),
    Column("officer_id", String),
    Column("level", String),
    Column("role", String),
    Column("assignee", _ID),
    Column("due_on", Date),
    Column("exposure_fen", BigInteger),
    Column("at_risk_fen", BigInteger),
    Column("opened_at", DateTime, nullable=False),
    Column("closed_at", DateTime),
    Column("same_as", _ID),
    Column("body", Text, nullable=False),
    Index("ix_cases_number", "kind", "number", unique=True),
    Index("ix_cases_same_as", "same_as", unique=True),
    Index("ix_cases_borrower", "portfolio", "borrower_id"),
    Index("ix_cases_open", "kind", "branch_id", "closed_at"),
)

acts = Table(
    "acts",
    metadata,
    Column("act", BigInteger, primary_key=True, autoincrement=False),
    Column("case_id", _ID, ForeignKey("cases.case_id", name="fk_acts_case_id"), nullable=False),
    Column("version", Integer, nullable=False),
    Column("verb", String, nullable=False),
    Column("at", DateTime, nullable=False),
    Column("user_id", _ID, nullable=False),
    Column("state", String, nullable=False),
    Column("due_on", Date),
    Column("content", Text, nullable=False),
    Index("ix_acts_case", "case_id", "version", unique=True),
)

worklist = Table(
    "worklist",
    metadata,
    Column("case_id", _ID, ForeignKey("cases.case_id", name="fk_worklist_case_id"), primary_key=True),
    Column("kind", String, nullable=False),
    Column("topic", String),
    Column("state", String, nullable=False),
    Column("portfolio", _ID),
    Column("borrower_id", _ID),
    Column("name", String),
    Column("branch_id", String),
    Column("officer_id", String),
    Column("level_rank", SmallInteger),
    Column("role", String),
    Column("assignee", _ID),
    Column("due_on", Date),
    Column("late_on", Date),
    Column("rests_until", Date),
    Column("is_escalated", Boolean, nullable=False),
    Column("waits_for", String),
    Column("taken_by", String),
    Column("exposure_fen", BigInteger),
    Column("at_risk_fen", BigInteger),
    Column("opened_at", DateTime, nullable=False),
    Column("is_gone", Boolean, nullable=False, server_default=false()),
    # What lists filter, sort and count by, so that none has to look a row up; the money of a borrower is counted once.
    *(
        Index(
            f"ix_worklist_{name}",
            *("kind", *first, "branch_id", "level_rank", "state", "late_on", "due_on", "is_gone"),
            *("at_risk_fen", "topic", "officer_id"),
        )
        for name, first in (("kind", ()), ("borrower", ("borrower_id", "portfolio")))
    ),
    Index("ix_worklist_officer", "officer_id", "branch_id"),
    Index("ix_worklist_role", "role", "branch_id"),
    Index("ix_worklist_due", "kind", "due_on"),
    *(
        Index(
            f"ix_worklist_{name}",
            name,
            sqlite_where=text(f"{name} IS NOT NULL"),
            postgresql_where=text(f"{name} IS NOT NULL"),
        )
        for name in ("assignee", "waits_for", "taken_by", "late_on")
    ),
    sqlite_with_rowid=False,  # a row stands in its key: lists find it with one search less
)

nights = Table(
    "nights",
    metadata,
    Column("work", _ID, primary_key=True),
    Column("due", Text, nullable=False),
    Column("begun", BigInteger, nullable=False),
    Column("ended", BigInteger, nullable=False),
    Column("waiting", Integer, nullable=False),
    Column("done_at", DateTime, nullable=False),
)

checkups = Table(
    "checkups",
    metadata,
    Column(
        "publication",
        Integer,
        ForeignKey("batches.publication", name="fk_checkups_publication"),
        primary_key=True,
        autoincrement=False,
    ),
    Column("made_at", DateTime, nullable=False),
    Column("alarms", Integer, nullable=False),
    Column("watched", Integer, nullable=False),
    Column("body", Text, nullable=False),
)

findings = Table(
    "findings",
    metadata,
    Column("finding_id", _ID, primary_key=True),
    Column("portfolio", _ID, nullable=False),
    Column("borrower_id", _ID, nullable=False),
    Column("loan_id", _ID),
    Column("found_on", Date, nullable=False),
    Column("known_on", Date, nullable=False),
    Column("field", String, nullable=False),
    Column("value", String),
    Column("author", _ID, nullable=False),
    Column("case_id", _ID, ForeignKey("cases.case_id", name="fk_findings_case_id"), nullable=False),
    Column("corrects", _ID),
    Index("ix_findings_borrower", "portfolio", "borrower_id"),
)

model_findings = Table(
    "model_findings",
    metadata,
    Column("finding_id", _ID, primary_key=True),
    Column("portfolio", _ID, nullable=False),
    Column("model_id", _ID, nullable=False),
    Column("test", _ID, nullable=False),
    Column("severity", String, nullable=False),
    Column("about", Text, nullable=False),
    Column("state", String, nullable=False),
    Column("raised_at", DateTime, nullable=False),
    Column("seen_at", DateTime, nullable=False),
    Column("owner", _ID),
    Column("due_on", Date, nullable=False),
    Column("note", Text),
    Column("signed_by", _ID),
    Column("signed_at", DateTime),
    Index("ix_model_findings_model", "portfolio", "model_id", "test", unique=True),
)

users = Table(
    "users",
    metadata,
    Column("user_id", _ID, primary_key=True),
    Column("name", String, nullable=False),
    Column("roles", String, nullable=False),
    Column("branch_id", String),
    Column("officer_id", String),
    Column("password_hash", String),
    Column("oidc_subject", _ID),
    Column("is_active", Boolean, nullable=False),
    Column("created_at", DateTime, nullable=False),
    Index("ix_users_oidc_subject", "oidc_subject", unique=True),
)

tokens = Table(
    "tokens",
    metadata,
    Column("token_id", _ID, primary_key=True),
    Column("token_hash", String, nullable=False),
    Column("user_id", _ID, ForeignKey("users.user_id", name="fk_tokens_user_id"), nullable=False),
    Column("note", String),
    Column("created_at", DateTime, nullable=False),
    Column("expires_at", DateTime),
    Column("revoked_at", DateTime),
    Index("ix_tokens_token_hash", "token_hash", unique=True),
)

sessions = Table(
    "sessions",
    metadata,
    Column("session_hash", String, primary_key=True),
    Column("user_id", _ID, ForeignKey("users.user_id", name="fk_sessions_user_id"), nullable=False),
    Column("started_at", DateTime, nullable=False),
    Column("expires_at", DateTime, nullable=False),
    Column("last_used_at", DateTime, nullable=False),
)

logins = Table(
    "logins",
    metadata,
    Column("user_id", _ID, primary_key=True),
    Column("failed", Integer, nullable=False),
    Column("failed_at", DateTime, nullable=False),
)

audit = Table(
    "audit",
    metadata,
    Column("entry", BigInteger, primary_key=True, autoincrement=False),
    Column("at", DateTime, nullable=False),
    Column("user_id", _ID, nullable=False),
    Column("action", String, nullable=False),
    Column("subject", String, nullable=False),
    Column("request_id", String),
    Column("borrowers", Text),
    Column("content", Text, nullable=False),
    Column("rows", Text, nullable=False),
    Column("previous", String, nullable=False),
    Column("hash", String, nullable=False),
    Index("ix_audit_subject", "subject"),
)

views = Table(
    "views",
    metadata,
    Column("user_id", _ID, ForeignKey("users.user_id", name="fk_views_user_id"), primary_key=True),
    Column("page", _ID, primary_key=True),
    Column("name", _ID, primary_key=True),
    Column("query", String, nullable=False),
    Column("saved_at", DateTime, nullable=False),
)

receivers = Table(
    "receivers",
    metadata,
    Column("receiver_id", _ID, primary_key=True),
    Column("url", String, nullable=False),
    Column("secret", String, nullable=False),
    Column("events", String, nullable=False),
    Column("is_active", Boolean, nullable=False),
    Column("created_at", DateTime, nullable=False),
)

deliveries = Table(
    "deliveries",
    metadata,
    Column("receiver_id", _ID, ForeignKey("receivers.receiver_id", name="fk_deliveries_receiver_id"), primary_key=True),
    Column("act", BigInteger, ForeignKey("acts.act", name="fk_deliveries_act"), primary_key=True, autoincrement=False),
    Column("body", Text, nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("next_at", DateTime),
    Column("delivered_at", DateTime),
    Column("error", String),
    Index("ix_deliveries_next", "next_at"),
)
