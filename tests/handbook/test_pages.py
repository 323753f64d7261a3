"""The generated pages, compared with what they are made of."""

import re

import pytest

from ews.domain.text import Language
from ews.events.schemas import TABLES
from ews.serving.rights import RIGHTS, Kind, Right
from handbook import api, commands, event_tables


@pytest.fixture
def reference(staged):
    """Give a function that returns the text of a generated page."""
    return lambda name: (staged / "en" / "reference" / f"{name}.md").read_text("utf-8")


@pytest.mark.parametrize("language", Language)
def test_every_table_and_column_has_its_line(language):
    page = event_tables.page(language)
    for table in TABLES:
        section = page.partition(f"## {table.name} · {table.text.in_(language)}")[2].partition("\n## ")[0]
        for column in table.columns:
            shown = f"**`{column.name}`**" if column.required else f"`{column.name}`"
            assert f"| {shown} | {column.kind} | {column.text.in_(language)} |" in section


def test_a_column_says_what_its_values_may_be():
    section = event_tables.page(Language.EN).partition("## loans ·")[2].partition("\n## ")[0]
    assert "→ `borrowers.borrower_id`" in section
    assert "one of `instalment`" in section


def test_every_command_is_told_with_its_options():
    page = commands.page()
    found = dict(commands.commands())
    assert {"ews import", "ews score", "ews policy diff", "ews audit verify", "ews user add"} <= set(found)
    for words, command in found.items():
        section = page.partition(f"\n## {words}\n")[2].partition("\n## ")[0]
        assert section.strip()
        for one in command.params:
            if one.param_type_name == "option" and one.name != "help":
                assert f"`{one.opts[0]}`" in section


def test_an_option_says_what_it_takes():
    section = commands.page().partition("\n## ews serve\n")[2].partition("\n## ")[0]
    assert "| `--port` | number 0–65535 | `8000` |  |" in section
    assert "| `--name` | text, several |" in section
    section = commands.page().partition("\n## ews explain\n")[2].partition("\n## ")[0]
    assert "| `--lang` | `en`, `zh` | `zh` |" in section
    assert "ews explain BORROWER [OPTIONS]" in section


def test_every_route_is_told_with_who_may_ask_it(reference):
    page = reference("api")
    asked = [key for key in RIGHTS if key[1].startswith("/v1/") or key[1] in {"/healthz", "/readyz", "/metrics"}]
    assert len(asked) > 80
    for method, path in asked:
        section = page.partition(f"\n### {method} {path}\n")[2].partition("\n### ")[0]
        assert f"*Who may*: {api.who_may(RIGHTS[method, path])}\n" in section, (method, path)


def test_who_may_is_said_in_words():
    assert api.who_may(Right(Kind.OPEN)) == "everybody, without a login"
    assert api.who_may(RIGHTS["GET", "/v1/me"]) == "everybody with an account"
    assert api.who_may(RIGHTS["GET", "/metrics"]) == "risk_manager, operator, auditor; of no branch only"
    assert api.who_may(None) == "nobody"


def test_a_route_tells_what_it_takes_and_answers(reference):
    section = reference("api").partition("\n### GET /v1/borrowers/{borrower_id}/decision\n")[2].partition("\n### ")[0]
    assert "| `borrower_id` **required** | path |" in section
    assert "| 200 | [DecisionOut](api-types.md#decisionout) |" in section
    assert "| 404 |" in section


def test_each_type_that_is_linked_to_is_told(reference):
    told = set(re.findall(r"^## (\w+)$", reference("api-types"), re.MULTILINE))
    linked = set(re.findall(r"\[(\w+)\]\(api-types\.md#", reference("api") + reference("api-types")))
    assert linked
    assert linked <= told


def test_each_metric_has_its_line(reference):
    page = reference("metrics")
    for name in ("ews_batch_age_seconds", "ews_requests_total", "ews_audit_faults", "process_start_time_seconds"):
        assert f"| `{name}` |" in page
