"""A small model of ledgers and what a quick validation finds of it, made once."""

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import pytest

from ews.cli.policies import policy_of
from ews.cli.settings import Settings
from ews.cli.validate.make import Subject, make
from ews.cli.validate.validated import Validated
from ews.events.book import Book
from ews.models.champion import Pointer, add_model, set_champion
from ews.models.frozen import FrozenModel
from ews.training.recipe import resolve_recipe
from ews.training.run import make_model
from tests.training.ledgers import LAST, ledger_book

MADE_AT = datetime(2026, 11, 20, 9, 30)
KNOWN_BY = LAST.replace(year=LAST.year - 1)


@dataclass(frozen=True, slots=True)
class Made:
    """A home with a champion whose labels ended a year before the book does."""

    settings: Settings
    book: Book
    model: FrozenModel
    found: Validated


@pytest.fixture(scope="session")
def made(tmp_path_factory: pytest.TempPathFactory) -> Made:
    home = tmp_path_factory.mktemp("validated")
    book = ledger_book()
    model = make_model(book, resolve_recipe(book.manifest.recipe), known_by=KNOWN_BY).model
    add_model(home, model)
    set_champion(home, model.portfolio, Pointer(model.model_id, None, MADE_AT))
    settings = Settings(home=home)
    subject = Subject(model, None, True, book, Path("ledgers"), home, None, policy_of(settings))
    return Made(settings, book, model, make(subject, made_at=MADE_AT, made_by="os:tester", is_quick=True))
