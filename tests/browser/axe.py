"""Axe: what of WCAG 2.2 AA a page breaks, as axe-core finds it.

It runs in a world of its own beside the page's scripts, so that the page keeps its content security policy.
"""

from functools import cache
from pathlib import Path
from typing import Any

from playwright.sync_api import Page

SOURCE = Path(__file__).parents[2] / "node_modules" / "axe-core" / "axe.min.js"
TAGS = ("wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22a", "wcag22aa")
_RUN = """axe.run(document, {runOnly: {type: "tag", values: %s}, resultTypes: ["violations"], preload: false}).then(
  (found) => found.violations.map((rule) => ({id: rule.id, impact: rule.impact, help: rule.help,
    places: rule.nodes.map((node) => ({target: node.target.join(" "), why: node.failureSummary}))})))"""


def axe(page: Page) -> list[str]:
    """Return what is broken, one line per rule and place."""
    session = page.context.new_cdp_session(page)
    frame = session.send("Page.getFrameTree")["frameTree"]["frame"]["id"]
    world = session.send("Page.createIsolatedWorld", {"frameId": frame, "worldName": "axe"})["executionContextId"]

    def run(script: str) -> Any:
        asked = {"expression": script, "contextId": world, "awaitPromise": True, "returnByValue": True}
        answer = session.send("Runtime.evaluate", asked)
        assert "exceptionDetails" not in answer, answer["exceptionDetails"]
        return answer["result"].get("value")

    run(f"{_source()}; undefined")
    broken = run(_RUN % list(TAGS))
    session.detach()
    return [_line(rule, place) for rule in broken for place in rule["places"]]


@cache
def _source() -> str:
    return SOURCE.read_text(encoding="utf-8")


def _line(rule: dict[str, Any], place: dict[str, Any]) -> str:
    why = " ".join(place["why"].split())
    return f"{rule['id']} ({rule['impact']}) at {place['target']}: {rule['help']}. {why}"
