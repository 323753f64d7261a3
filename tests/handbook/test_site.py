"""The site as `make docs` builds it: every link leads somewhere, and nothing is loaded from elsewhere."""

import json
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import pytest

from handbook.foreign import foreign_loads

ROOT = Path(__file__).parents[2]
TOOLS = ("mkdocs", "material", "mkdocs_static_i18n")
LINKS = ("b.md", "#c", "other.md#d", "/e/")

pytestmark = pytest.mark.skipif(
    any(find_spec(name) is None for name in TOOLS), reason="requirements-docs.lock is not installed: make docs"
)


def build(pages: Path, site: Path) -> subprocess.CompletedProcess[str]:
    asked = [sys.executable, "-m", "handbook.build", str(pages), str(site)]
    return subprocess.run(asked, check=False, capture_output=True, text=True, cwd=ROOT)


@pytest.fixture(scope="module")
def site(staged, tmp_path_factory) -> Path:
    """Give the whole site, built with every link and anchor checked."""
    folder: Path = tmp_path_factory.mktemp("dist") / "site"
    done = build(staged, folder)
    assert done.returncode == 0, done.stderr
    return folder


def test_every_page_is_there_in_both_languages(staged, site):
    for language, folder in (("zh", site), ("en", site / "en")):
        for page in (staged / language).rglob("*.md"):
            place = page.relative_to(staged / language).with_suffix("")
            place = place.parent if place.name in {"index", "README"} else place
            assert (folder / place / "index.html").is_file()


def test_no_page_loads_anything_from_another_host(site):
    assert len(list(site.rglob("*.html"))) > 80
    assert list(foreign_loads(site)) == []


def test_search_knows_the_pages_of_both_languages(site):
    index = json.loads((site / "search" / "search_index.json").read_text("utf-8"))
    titles = {one["title"].replace("\u200b", "") for one in index["docs"]}
    assert {"告警处理手册", "Runbook: an alert rings, what now", "EwsBatchOld"} <= titles


def test_who_reads_chinese_is_told_in_chinese_and_who_reads_english_in_english(site):
    assert "贷后工作：从预警到解除" in (site / "how-to" / "casework" / "index.html").read_text("utf-8")
    english = (site / "en" / "how-to" / "casework" / "index.html").read_text("utf-8")
    assert "Casework: from a warning to its lifting" in english
    assert 'hreflang="zh"' in english


def test_links_that_lead_nowhere_end_the_build_and_are_named(tmp_path):
    for language in ("zh", "en"):
        folder = tmp_path / "pages" / language
        folder.mkdir(parents=True)
        (folder / "index.md").write_text("# A\n\n" + " ".join(f"[a]({link})" for link in LINKS))
        (folder / "other.md").write_text("# B\n")
    done = build(tmp_path / "pages", tmp_path / "site")
    assert done.returncode != 0
    for link in LINKS:
        assert f"'{link}'" in done.stderr
