"""Records lie in packs of a few; those that were published before stay where they are until a newer batch.

Down  packs are taken apart again; the log then does not know these records where it proved the packs
"""

import sqlalchemy as sa
from alembic import op

from ews.store.packing import unpacked

revision = "0010"
down_revision = "0009"

_ID = sa.String().with_variant(sa.String(collation="C"), "postgresql")
_PACKS, _RECORDS = (
    sa.table(name, sa.column("publication", sa.Integer), sa.column("borrower_id"), sa.column(column, kind))
    for name, column, kind in (("packed_records", "packed", sa.LargeBinary), ("records", "record", sa.Text))
)
_AT_ONCE = 100


def upgrade() -> None:
    op.create_table(
        "packed_records",
        sa.Column("publication", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("borrower_id", _ID, primary_key=True),
        sa.Column("packed", sa.LargeBinary, nullable=False),
        sa.ForeignKeyConstraint(["publication"], ["batches.publication"], name="fk_packed_records_publication"),
    )
    if op.get_bind().dialect.name == "postgresql":  # which would try to pack what is packed
        op.execute("ALTER TABLE packed_records ALTER COLUMN packed SET STORAGE EXTERNAL")


def downgrade() -> None:
    connection = op.get_bind()
    packs = connection.execute(sa.select(_PACKS).execution_options(yield_per=_AT_ONCE))
    for some in packs.partitions():
        rows = [
            {"publication": pack.publication, "borrower_id": borrower_id, "record": record.decode()}
            for pack in some
            for borrower_id, record in unpacked(pack.packed).items()
        ]
        connection.execute(_RECORDS.insert(), rows)
    op.drop_table("packed_records")
