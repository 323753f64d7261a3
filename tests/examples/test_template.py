"""The template source explains every column and imports its own sample."""

import pytest

from ews.events.importing import import_source
from ews.events.schemas import KNOWLEDGE, TABLES
from ews.events.verification import check_book
from tests.examples.template import FOLDER, statement


@pytest.mark.parametrize("schema", TABLES, ids=lambda schema: schema.name)
def test_the_statement_of_every_table_is_the_one_its_schema_gives(schema):
    # To write them anew: python -m tests.examples.template
    assert (FOLDER / f"{schema.name}.sql").read_text(encoding="utf-8") == statement(schema)


@pytest.mark.parametrize("schema", TABLES, ids=lambda schema: schema.name)
def test_every_sample_has_the_columns_of_its_table(schema):
    header = (FOLDER / "sample" / f"{schema.name}.csv").read_text(encoding="utf-8").splitlines()[0]
    assert header.split(",") == [*schema.names, *(column.name for column in KNOWLEDGE)]


def test_the_sample_imports_without_a_rejected_row_and_gives_a_sound_book(tmp_path):
    result = import_source(FOLDER, FOLDER / "sample", tmp_path)
    assert {table.name for table in result.tables} == {schema.name for schema in TABLES}
    assert {part.name: part.rejected for part in result.parts if part.rejected} == {}
    assert check_book(tmp_path).ok
