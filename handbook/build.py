"""Build: the site of the staged pages, by MkDocs, with every link and anchor checked.

Needs what requirements-docs.lock names. `python -m handbook.build PAGES SITE` builds what is staged already.
"""

import logging
import sys
from pathlib import Path

from mkdocs.commands.build import build
from mkdocs.config import load_config

from handbook.navigation import navigation

CONFIGURATION = Path(__file__).parent.parent / "mkdocs.yml"
FIRST = "zh"
"""The folder that navigation is made of; those of the other languages have the same pages."""


def build_site(pages: Path, site: Path) -> None:
    """Build the folders of the languages; mkdocs.exceptions.Abort where a link or an anchor leads nowhere.

    Which one is logged as a warning, on standard error.
    """
    logging.basicConfig(level=logging.WARNING, format="%(levelname)s: %(message)s")
    config = load_config(
        str(CONFIGURATION), strict=True, docs_dir=str(pages), site_dir=str(site), nav=navigation(pages / FIRST)
    )
    config.plugins.on_startup(command="build", dirty=False)
    try:
        build(config)
    finally:
        config.plugins.on_shutdown()


if __name__ == "__main__":
    build_site(Path(sys.argv[1]), Path(sys.argv[2]))
