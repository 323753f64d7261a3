from pathlib import Path

from handbook.navigation import SECTIONS, navigation, places

DOCS = Path(__file__).parents[2] / "docs"
GENERATED = "reference/"
MAY_COME = {"security.md", "personal-data.md", "reliability.md"}
"""Pages that have their place before they are there."""


def test_each_page_has_one_place_and_what_is_not_there_has_none(tmp_path):
    for name in ("index.md", "scale.md", "how-to/new.md", "decisions/README.md", "decisions/0001-a.md", "odd.md"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).touch()
    assert navigation(tmp_path) == [
        {"Home": "index.md"},
        {"How to": ["how-to/new.md"]},
        {"Operations": ["scale.md"]},
        {"Design": [{"Decision records": ["decisions/README.md", "decisions/0001-a.md"]}, "odd.md"]},
    ]


def test_what_is_named_is_there():
    named = {page for _, pages in SECTIONS for page in pages if not page.startswith(GENERATED)}
    assert {page for page in named if not (DOCS / page).is_file()} <= MAY_COME


def test_no_page_of_the_documentation_is_left_out_and_none_comes_twice():
    listed = list(places(navigation(DOCS)))
    there = {path.relative_to(DOCS).as_posix() for path in DOCS.rglob("*.md") if not path.name.endswith(".en.md")}
    english = {path.relative_to(DOCS).as_posix() for path in DOCS.rglob("*.en.md")}
    assert sorted(listed) == sorted(set(listed))
    assert set(listed) - english == there
