from dataclasses import replace

import pytest

from ews.cli.validate.remade import check_data, remade
from ews.domain.errors import ModelError
from tests.training.tables import synthetic


def other(made, **changes):
    return replace(made.model, **changes)


def test_a_model_that_does_not_say_what_it_was_made_of_is_named_with_what_is_missing(made):
    with pytest.raises(ModelError, match=r"book_id, recipe, data_hash.*Train it again"):
        remade(made.book, other(made, reference={}))


def test_the_book_of_another_portfolio_is_refused(made):
    with pytest.raises(ModelError, match=r"portfolio 'ledgers', the model .* of 'firms'"):
        remade(made.book, other(made, portfolio="firms"))


def test_features_of_another_version_are_refused_before_anything_is_built(made):
    with pytest.raises(ModelError, match="catalogue 0123, this version of ews makes"):
        remade(made.book, other(made, catalogue_version="0123"))


def test_data_that_differ_are_told_one_by_one(made):
    table = synthetic(40)
    with pytest.raises(ModelError) as raised:
        check_data(made.book, made.model, table)
    told = str(raised.value)
    assert f"rows that taught: recorded {made.model.reference['rows']}, found {len(table)}" in told
    assert f"hash of the rows: recorded {made.model.reference['data_hash'][:12]}" in told
    assert "; book:" not in told
