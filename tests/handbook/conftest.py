from pathlib import Path

import pytest

from handbook.stage import stage

DOCS = Path(__file__).parents[2] / "docs"


@pytest.fixture(scope="session")
def staged(tmp_path_factory) -> Path:
    """Give the pages of the site as MkDocs gets them, a folder per language."""
    pages: Path = tmp_path_factory.mktemp("handbook") / "pages"
    stage(DOCS, pages)
    return pages
