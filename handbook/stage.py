"""Stage: the pages of the site in one folder per language: those of docs/, and those that are generated.

Chinese  NAME.md where there is NAME.en.md beside it, else the one page there is
English  NAME.en.md, else NAME.md
Nothing  is written into docs/
"""

import shutil
from collections.abc import Iterator, Mapping
from pathlib import Path, PurePosixPath

from ews.domain.text import Language
from handbook import api, commands, event_tables, metrics
from handbook.links import SUFFIX, rewritten
from handbook.service import empty_service

ASSETS = ("images", "stylesheets")


def stage(docs: Path, target: Path) -> None:
    """Write the folder that MkDocs builds, anew."""
    if target.exists():
        shutil.rmtree(target)
    made = generated()
    for language in Language:
        folder = target / language.value
        for place, source in pages(docs, language):
            _write(folder / place, rewritten(source.read_text(encoding="utf-8"), place))
        for name, by_language in made.items():
            _write(folder / name, by_language[language])
        for assets in ASSETS:
            if (docs / assets).is_dir():
                shutil.copytree(docs / assets, folder / assets, ignore=shutil.ignore_patterns("*.py", "__pycache__"))


def pages(docs: Path, language: Language) -> Iterator[tuple[PurePosixPath, Path]]:
    """Yield where each page of a language lies in its folder, and the file that it comes from."""
    for path in sorted(docs.rglob("*.md")):
        if path.name.endswith(SUFFIX):
            continue
        place = PurePosixPath(path.relative_to(docs).as_posix())
        english = path.with_name(path.name.removesuffix(".md") + SUFFIX)
        yield place, english if language is Language.EN and english.is_file() else path


def generated() -> Mapping[str, Mapping[Language, str]]:
    """Return the pages that are made at build, by place and language."""
    with empty_service() as app:
        same = {
            "reference/api.md": api.page(app),
            "reference/api-types.md": api.types_page(app),
            "reference/metrics.md": metrics.page(app),
            "reference/commands.md": commands.page(),
        }
    return {
        **{place: dict.fromkeys(Language, text) for place, text in same.items()},
        "reference/event-tables.md": {language: event_tables.page(language) for language in Language},
    }


def _write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
