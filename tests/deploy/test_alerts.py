"""The alert rules: Prometheus takes them, their stories ring what they should, and the service tells what they ask."""

import re
import shutil
import subprocess
from pathlib import Path

import pytest
import yaml  # type: ignore[import-untyped]
from prometheus_client.parser import text_string_to_metric_families

from ews.serving.footing import Footing

ROOT = Path(__file__).parents[2]
PROMETHEUS = ROOT / "deploy" / "prometheus"
OWN = ROOT / ".venv" / "bin" / "promtool"
PROMTOOL = shutil.which("promtool") or (str(OWN) if OWN.is_file() else None)
RULES = [
    rule
    for group in yaml.safe_load((PROMETHEUS / "alerts.yml").read_text("utf-8"))["groups"]
    for rule in group["rules"]
]
NAMES = [rule["alert"] for rule in RULES]
OF_PROMETHEUS = {"up"}
METRIC = re.compile(r"\b(?:ews|process)_[a-z_]+\b")

needs_promtool = pytest.mark.skipif(PROMTOOL is None, reason="promtool is not here: see tests/deploy/install.sh")


def promtool(*words: str, folder: Path = PROMETHEUS) -> subprocess.CompletedProcess[str]:
    return subprocess.run([str(PROMTOOL), *words], check=False, capture_output=True, text=True, cwd=folder)


@needs_promtool
def test_prometheus_takes_rules_and_configuration():
    done = promtool("check", "rules", "alerts.yml")
    assert done.returncode == 0, done.stderr
    assert f"SUCCESS: {len(RULES)} rules found" in done.stdout
    done = promtool("check", "config", "--syntax-only", "prometheus.yml")
    assert done.returncode == 0, done.stderr


@needs_promtool
def test_each_story_rings_what_it_should_and_nothing_else():
    done = promtool("test", "rules", "alerts.test.yml")
    assert done.returncode == 0, done.stdout + done.stderr


@needs_promtool
def test_a_rule_that_is_bent_fails_its_story(tmp_path):
    told = (PROMETHEUS / "alerts.yml").read_text("utf-8")
    (tmp_path / "alerts.yml").write_text(told.replace("> 36 * 3600", "> 48 * 3600"), "utf-8")
    stories = yaml.safe_load((PROMETHEUS / "alerts.test.yml").read_text("utf-8"))
    stories["tests"] = [one for one in stories["tests"] if "EwsBatchOld" in str(one)]
    (tmp_path / "alerts.test.yml").write_text(yaml.safe_dump(stories, allow_unicode=True), "utf-8")
    done = promtool("test", "rules", "alerts.test.yml", folder=tmp_path)
    assert done.returncode != 0
    assert "EwsBatchOld" in done.stdout + done.stderr


def test_each_alert_has_a_story():
    told = (PROMETHEUS / "alerts.test.yml").read_text("utf-8")
    assert [name for name in NAMES if f'alertname="{name}"' not in told] == []


def test_the_service_exposes_each_metric_that_an_alert_asks_for(client_of, services, tmp_path):
    client = client_of(services, footing=Footing(tmp_path, tmp_path, tmp_path / "key", 1))
    families = text_string_to_metric_families(client.get("/metrics").text)
    told = {name for family in families for name in (family.name, f"{family.name}_total", f"{family.name}_bucket")}
    asked = {name for rule in RULES for name in METRIC.findall(rule["expr"])}
    assert len(asked) > 15
    assert asked - told == set()


@pytest.mark.parametrize("rule", RULES, ids=NAMES)
def test_each_alert_says_in_both_languages_what_is_the_matter_and_leads_to_what_to_do(rule):
    told = rule["annotations"]
    assert rule["labels"]["severity"] in {"critical", "warning"}
    for name in ("summary", "description"):
        assert told[name].isascii()
        assert re.search("[一-鿿]", told[f"{name}_zh"])
    for name in ("runbook_url", "runbook_url_zh"):
        file, _, anchor = told[name].partition("#")
        headings = [
            line[3:].strip() for line in (ROOT / file).read_text("utf-8").splitlines() if line.startswith("## ")
        ]
        assert rule["alert"] in headings
        assert anchor == rule["alert"].lower()


def test_the_runbook_knows_no_alert_that_is_gone():
    for file in ("runbook.md", "runbook.en.md"):
        lines = (ROOT / "docs" / file).read_text("utf-8").splitlines()
        assert [line[3:] for line in lines if line.startswith("## Ews")] == NAMES
