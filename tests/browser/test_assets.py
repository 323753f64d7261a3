"""What we have of others works in a browser under the policy of our pages: style, icons, htmx, every kind of chart."""

import json

import pytest

from ews.serving.pages.assets import address
from ews.serving.pages.render import HEADERS

PAGE = f"""<!doctype html><html lang="en"><title>Assets</title>
<link rel="stylesheet" href="{address("vendor/tabler.min.css")}">
<script src="{address("vendor/htmx.min.js")}" defer></script>
<script src="{address("vendor/echarts.min.js")}" defer></script>
<main><h1>Assets</h1><p class="text-danger">red</p>
<svg id="icon" width="24" height="24"><use href="{address("vendor/icons.svg")}#bell"/></svg>
<button id="more" hx-get="/more" hx-target="#told">More</button><div id="told"></div>
<script type="application/json" id="option">{{"kept": true}}</script><div id="chart"></div></main></html>"""
MONTHS = [f"2026-{month:02}" for month in range(1, 7)]
SIZE = {"width": 600, "height": 300}
AXES = {"xAxis": {"type": "category", "data": MONTHS}, "yAxis": {"type": "value"}}
LINE = [1, 3, 2, 5, 4, 6]
CELLS = [[column, row, column * row] for column in range(6) for row in range(3)]
PARTIES = [{"name": "B1", "x": 100, "y": 50}, {"name": "B2", "x": 300, "y": 150}]
CHARTS = {
    "line": {**AXES, "series": [{"type": "line", "data": LINE, "areaStyle": {}}]},
    "bar": {**AXES, "legend": {}, "series": [{"type": "bar", "name": "inflow", "data": LINE}]},
    "scatter": {**AXES, "series": [{"type": "scatter", "data": LINE}]},
    "heatmap": {
        "xAxis": AXES["xAxis"],
        "yAxis": {"type": "category", "data": ["a", "b", "c"]},
        "visualMap": {"min": 0, "max": 10},
        "series": [{"type": "heatmap", "data": CELLS}],
    },
    "graph": {"series": [{"type": "graph", "data": PARTIES, "links": [{"source": "B1", "target": "B2"}]}]},
    "marks": {
        **AXES,
        "dataZoom": [{"type": "slider"}],
        "series": [
            {
                "type": "line",
                "data": LINE,
                "markLine": {"data": [{"xAxis": "2026-03"}]},
                "markArea": {"data": [[{"xAxis": "2026-04"}, {"xAxis": "2026-05"}]]},
            }
        ],
    },
}
DRAW = """([option, size]) => {
  const place = document.getElementById("chart");
  if (option.series[0].type === "custom") option.series[0].renderItem = (params, api) => ({
    type: "rect", shape: {x: api.coord([api.value(0), 0])[0], y: 20, width: 30, height: 30}, style: {fill: "#d63939"}});
  const chart = window.echarts.init(place, null, {renderer: "canvas", ...size});
  chart.setOption({animation: false, tooltip: {renderMode: "richText"}, aria: {enabled: true}, ...option});
  chart.dispatchAction({type: "showTip", seriesIndex: 0, dataIndex: 1});
  chart.getZr().flush();
  const canvas = place.querySelector("canvas");
  const pixels = new Uint32Array(canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height).data.buffer);
  const drawn = pixels.reduce((sum, pixel) => sum + (pixel !== 0), 0);
  const type = chart.getModel().getSeriesByIndex(0).subType;
  chart.dispose();
  return [type, drawn];
}"""


@pytest.fixture
def page(page_as):
    opened = page_as(None, "en")
    headers = {**HEADERS, "content-type": "text/html"}
    opened.route("**/assets", lambda route: route.fulfill(headers=headers, body=PAGE))
    opened.goto("/assets")
    return opened


def test_the_style_reaches_the_page(page):
    told = page.evaluate(
        "[getComputedStyle(document.querySelector('.text-danger')).color, document.styleSheets.length]"
    )
    assert told[0] not in {"rgb(0, 0, 0)", ""}
    assert told[1] == 1


def test_an_icon_is_drawn(page):
    box = page.evaluate("(({width, height}) => [width, height])(document.querySelector('#icon use').getBBox())")
    assert min(box) > 10


def test_htmx_fetches_a_part_of_a_page(page):
    part = {"content_type": "text/html", "body": '<p id="part">A part</p>'}
    page.route("**/more", lambda route: route.fulfill(**part))
    page.click("#more")
    page.wait_for_selector("#told #part")
    assert page.evaluate("htmx.version") == "4.0.1"


def test_json_may_stand_in_a_page(page):
    assert json.loads(page.locator("#option").text_content()) == {"kept": True}


@pytest.mark.parametrize("kind", [*CHARTS, "custom"])
def test_each_kind_of_chart_is_drawn_with_its_tooltip(page, kind):
    option = CHARTS.get(kind, {**AXES, "series": [{"type": "custom", "data": LINE}]})
    series, drawn = page.evaluate(DRAW, [option, SIZE])
    assert series == ("line" if kind == "marks" else kind)
    assert drawn > 1_000


def test_a_tooltip_in_html_would_breach_the_policy(page, watch):
    page.evaluate(DRAW, [{**CHARTS["line"], "tooltip": {"renderMode": "html"}}, SIZE])
    page.wait_for_timeout(100)
    assert any("breach of style-src-attr" in one for one in watch.take())


def test_code_in_an_attribute_of_htmx_does_not_run(page, watch):
    body = PAGE.replace('id="more"', 'id="more" hx-on:click="document.title = 1"')
    headers = {**HEADERS, "content-type": "text/html"}
    page.route("**/more", lambda route: route.fulfill(content_type="text/html", body="<p>more</p>"))
    page.route("**/assets", lambda route: route.fulfill(headers=headers, body=body))
    page.goto("/assets")
    page.click("#more")
    page.wait_for_selector("#told p")
    assert page.title() == "Assets"
    assert any("breach of script-src by eval" in one for one in watch.take())
