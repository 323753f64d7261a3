"""Assets: what set-up puts there, what a browser could follow out of it, what the wheel holds, how they are served."""

import gzip
import json
import re
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from assets.vendor import MODULES, PROJECT, VENDOR, ZIPPED, licences, sprite
from ews.serving.pages import navigation
from ews.serving.pages.assets import address

PACKAGE = PROJECT / "src" / "ews"
NAMES = {"tabler.min.css", "htmx.min.js", "echarts.min.js", "icons.svg"}
TOLD_ONLY = (
    "http://www.w3.org/",  # namespaces
    "https://tabler.io",
    "https://github.com/tabler/",
    "https://github.com/ecomfe/",
)
"""Addresses that stand in comments, or as names that nothing fetches."""
FIRST_VIEW_BYTES = 120_000
CHARTS_BYTES = 260_000


def text_of(name: str) -> str:
    return (VENDOR / name).read_text(encoding="utf-8")


def test_setup_put_all_of_it_there():
    assert {path.name for path in VENDOR.iterdir()} == {*NAMES, *(f"{name}.gz" for name in NAMES), "LICENCES.txt"}


@pytest.mark.parametrize("name", sorted(NAMES))
def test_a_browser_finds_no_address_of_another_host(name):
    found = re.findall(r"(?:https?|wss?):\\?/\\?/[^\s\"'`)<>\\]*", text_of(name))
    assert [one for one in found if not one.startswith(TOLD_ONLY)] == []
    assert re.findall(r"[\"'(]//[a-z0-9-]+\.[a-z]", text_of(name)) == []


def test_the_style_fetches_nothing():
    style = text_of("tabler.min.css")
    assert {one[:5] for one in re.findall(r"url\(\s*[\"']?([^\"')]+)", style)} == {"data:"}
    assert "@import" not in style


def test_charts_need_no_evaluated_code():
    assert re.findall(r"\beval\(|new Function|Function\(['\"`]", text_of("echarts.min.js")) == []


def test_the_icons_are_symbols_and_nothing_else():
    icons = text_of("icons.svg")
    listed = (PROJECT / "assets" / "icons.txt").read_text(encoding="utf-8").split()
    assert re.findall(r'<symbol id="([^"]+)"', icons) == listed == sorted(set(listed))
    assert set(re.findall(r"<([a-z]+)", icons)) <= {"svg", "symbol", "path", "circle", "rect", "line", "polyline"}
    assert "href" not in icons


def test_every_icon_that_the_pages_name_is_in_the_sprite():
    templates = "".join(path.read_text(encoding="utf-8") for path in PACKAGE.glob("serving/templates/**/*.html"))
    named = set(re.findall(r"\bicon\(\s*[\"']([a-z0-9-]+)[\"']", templates)) | {one[1] for one in navigation._ENTRIES}
    assert "user" in named
    assert named - set(re.findall(r'id="([^"]+)"', text_of("icons.svg"))) == set()


def test_an_icon_that_does_not_exist_is_named():
    with pytest.raises(FileNotFoundError, match=r"icons\.txt names 'no-such-thing'"):
        sprite(["no-such-thing"], MODULES / "@tabler" / "icons" / "icons")


@pytest.mark.parametrize("name", sorted(NAMES))
def test_the_packed_copy_holds_the_same_and_no_time(name):
    packed = (VENDOR / f"{name}.gz").read_bytes()
    assert gzip.decompress(packed) == (VENDOR / name).read_bytes()
    assert packed[4:8] == bytes(4)


def test_what_travels_is_small():
    packed = {name: (VENDOR / f"{name}.gz").stat().st_size for name in NAMES}
    assert packed.pop("echarts.min.js") < CHARTS_BYTES
    assert sum(packed.values()) < FIRST_VIEW_BYTES


def test_every_licence_is_told():
    told = text_of("LICENCES.txt")
    assert told == licences(MODULES)
    for words in ("The Tabler Authors", "The Bootstrap Authors", "Apache License", "Zero-Clause BSD", "Baidu Inc."):
        assert words in told


def test_the_same_packages_give_the_same_bytes(tmp_path):
    command = ["sh", "assets/with-node.sh", sys.executable, "-m", "assets.vendor", str(tmp_path / "vendor")]
    subprocess.run(command, cwd=PROJECT, check=True, capture_output=True)
    made = {path.name: path.read_bytes() for path in (tmp_path / "vendor").iterdir()}
    assert made == {path.name: path.read_bytes() for path in VENDOR.iterdir()}


def test_the_lock_file_names_no_registry_and_a_hash_of_everything():
    locked = json.loads((PROJECT / "package-lock.json").read_text(encoding="utf-8"))["packages"]
    wanted = json.loads((PROJECT / "package.json").read_text(encoding="utf-8"))
    assert locked.pop("")["dependencies"] == wanted["dependencies"]
    assert [name for name, one in locked.items() if "resolved" in one or "integrity" not in one] == []
    assert re.findall(r"registry[=.]", (PROJECT / ".npmrc").read_text(encoding="utf-8")) == []


def test_the_wheel_holds_every_file_of_the_package(tmp_path):
    command = [sys.executable, "-m", "hatchling", "build", "--target", "wheel", "--directory", str(tmp_path)]
    subprocess.run(command, cwd=PROJECT, check=True, capture_output=True)
    (wheel,) = tmp_path.glob("*.whl")
    held = {name for name in zipfile.ZipFile(wheel).namelist() if name.startswith("ews/")}
    files = (path for path in PACKAGE.rglob("*") if path.is_file() and "__pycache__" not in path.parts)
    assert held == {path.relative_to(PACKAGE.parent).as_posix() for path in files}
    for some in ("static/vendor/tabler.min.css.gz", "static/ews.css", "templates/layout.html"):
        assert f"ews/serving/{some}" in held
    assert any(re.fullmatch(r"ews/serving/messages/.*\.po", name) for name in held)


def asked(client, path, packing="gzip"):
    return client.get(path, headers={"accept-encoding": packing})


@pytest.mark.parametrize("packing", ["gzip", "identity"])
def test_a_file_travels_packed_to_whoever_takes_it(client, packing):
    answer = asked(client, "/static/vendor/htmx.min.js", packing)
    assert (answer.status_code, answer.content) == (200, (VENDOR / "htmx.min.js").read_bytes())
    assert answer.headers.get("content-encoding") == ("gzip" if packing == "gzip" else None)
    assert (answer.headers["content-type"].partition(";")[0], answer.headers["vary"]) == (
        "text/javascript",
        "accept-encoding",
    )


def test_only_the_address_that_tells_the_contents_is_kept_for_good(client):
    kept = asked(client, address("vendor/icons.svg"))
    assert (kept.headers["cache-control"], kept.headers["content-type"]) == (
        "public, max-age=31536000, immutable",
        "image/svg+xml",
    )
    for other in ("/static/vendor/icons.svg", "/static/vendor/icons.svg?v=0123456789abcdef"):
        assert asked(client, other).headers["cache-control"] == "no-cache"


@pytest.mark.parametrize(
    "name",
    ["../app.py", "..%2Fapp.py", "vendor", "", "nothing.css", "%2Fetc%2Fpasswd", "a%00b", "a" * 5_000, "a%2F" * 3_000],
    ids=lambda name: name[:16],
)
def test_nothing_beside_the_folder_is_told(client, name):
    assert asked(client, f"/static/{name}").status_code in {303, 401, 404}


def test_every_zipped_kind_has_its_copy():
    lone = [path.name for path in VENDOR.iterdir() if path.suffix in ZIPPED and not Path(f"{path}.gz").is_file()]
    assert lone == []
