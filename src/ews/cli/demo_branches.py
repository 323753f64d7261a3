"""Branches of the demo: a made-up name for each, so that lists read as they do in a bank.

File    branches.csv in the demo's home, written where there is none yet
"""

import csv
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from ews.cli.settings import Settings
from ews.serving.branch_names import COLUMNS, FILE
from ews.store.branches import regions_of
from ews.store.engine import open_store

_PARTS = ("城东", "城西", "城南", "城北", "高新区", "开发区", "新城", "港区")


def name_branches(settings: Settings) -> Path:
    """Name the branches after the regions of their borrowers; return the file."""
    path = settings.home.resolve() / FILE
    if not path.is_file():
        store = open_store(settings.database, create=False)
        try:
            names = list(_names(regions_of(store)))
        finally:
            store.close()
        with path.open("w", encoding="utf-8", newline="") as file:
            csv.writer(file).writerows([COLUMNS, *names])
    return path


def _names(regions: dict[str, str]) -> Iterator[tuple[str, str]]:
    seen: Counter[str] = Counter()
    for branch_id, region in sorted(regions.items()):
        number, part = divmod(seen[region], len(_PARTS))
        seen[region] += 1
        yield branch_id, f"{region}{_PARTS[part]}{f'第{number + 1}' if number else ''}支行"
