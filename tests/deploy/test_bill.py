import json
from importlib import metadata
from pathlib import Path

import pytest
from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator
from packaging.utils import canonicalize_name

from deploy.bill import bill, licence_list, page_parts, python_parts, unknown_licences
from deploy.locks import read_lock

ROOT = Path(__file__).parents[2]
LOCK = ROOT / "requirements.lock"
SAY_NOTHING = {"huey", "woodelf-explainer"}
"""Of our locks these declare no licence in a name; both ship a text (MIT)."""


@pytest.fixture(scope="module")
def parts():
    return (*python_parts(LOCK), *page_parts(ROOT / "package-lock.json"))


@pytest.fixture(scope="module")
def told(parts):
    return json.loads(bill(parts))


def test_the_bill_is_cyclonedx(parts):
    assert JsonStrictValidator(SchemaVersion.V1_6).validate_str(bill(parts)) is None


def test_the_bill_lists_exactly_what_of_the_lock_applies_here(told):
    listed = {(one["name"], one["version"]) for one in told["components"] if one["purl"].startswith("pkg:pypi/")}
    locked = {(one.name, one.version) for one in read_lock(LOCK) if one.applies_here}
    assert listed == locked
    assert {(canonicalize_name(name), metadata.version(name)) for name, _ in listed} == locked


def test_each_part_has_the_hashes_of_its_lock(told):
    locked = {one.name: set(one.hashes) for one in read_lock(LOCK) if one.applies_here}
    for one in told["components"]:
        digests = {found["content"] for found in one["hashes"]}
        assert digests
        if one["purl"].startswith("pkg:pypi/"):
            assert digests == locked[one["name"]]


def test_what_pages_show_is_in_the_bill_and_what_only_builds_them_is_not(told):
    npm = {one["name"] for one in told["components"] if one["purl"].startswith("pkg:npm/")}
    assert {"@tabler/core", "@tabler/icons", "echarts", "htmx.org"} <= npm
    assert not {"esbuild", "axe-core"} & npm


def test_what_runs_is_told_apart_from_what_only_tests(told):
    scope = {one["name"]: one["scope"] for one in told["components"]}
    assert {scope[name] for name in ("numpy", "fastapi", "lightgbm", "echarts")} == {"required"}
    assert {scope[name] for name in ("pytest", "mypy", "playwright")} == {"excluded"}


def test_licences_are_known_or_named_as_unknown(parts):
    assert set(unknown_licences(parts)) == SAY_NOTHING
    page = licence_list(parts)
    for one in parts:
        assert f"| {one.name} ({one.ecosystem}) | {one.version} | {one.licence or '**unknown**'} |" in page


def test_the_same_parts_give_the_same_bytes(parts):
    assert bill(parts) == bill(parts)
    assert bill(parts) != bill(parts[1:])
