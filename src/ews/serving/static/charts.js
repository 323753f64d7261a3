// Charts: draws the option that a page gives as JSON, with ECharts, once the place comes into view. Text such as
// "fn:money" in an option stands for one of the functions below, since JSON has none; tooltips are drawn on the canvas.
(() => {
  "use strict";
  const chinese = document.documentElement.lang.startsWith("zh");
  const fixed = (value, digits) => value.toLocaleString("en-US", { minimumFractionDigits: digits, maximumFractionDigits: digits });

  function money(fen) {
    if (fen === null || fen === undefined || fen === "-") return "—";
    const yuan = fen / 100, size = Math.abs(yuan);
    if (chinese) return size >= 1e8 ? `${fixed(yuan / 1e8, 1)} 亿元` : size >= 1e4 ? `${fixed(yuan / 1e4, 1)} 万元` : `${fixed(yuan, 0)} 元`;
    return `${yuan < 0 ? "-" : ""}CNY ${size >= 1e9 ? `${fixed(size / 1e9, 2)} bn` : size >= 1e6 ? `${fixed(size / 1e6, 1)} m` : fixed(size, 0)}`;
  }
  const percent = (share) => (share === null || share === undefined || share === "-" ? "—" : `${fixed(100 * share, Math.abs(share) < 0.01 ? 2 : 1)}%`);
  const count = (number) => (number === null || number === undefined || number === "-" ? "—" : fixed(number, 0));
  const named = { money, percent, count };

  // {"format": "money"} at a series picks how its values are told in the tooltip.
  function told(params, option) {
    const list = Array.isArray(params) ? params : [params];
    const lines = list.filter((one) => one.seriesName && !one.seriesName.startsWith("_")).map((one) => {
      const series = option.series[one.seriesIndex] || {};
      const tell = named[series.format] || ((value) => (value === null || value === undefined ? "—" : String(value)));
      if (one.data && one.data.told) return one.data.told;
      const value = Array.isArray(one.value) ? one.value[one.encode?.y?.[0] ?? one.value.length - 1] : one.value;
      return `${one.seriesName}  ${tell(value)}`;
    });
    const head = list[0].axisValueLabel ?? (list[0].data?.told ? "" : list[0].name);
    return [head, ...lines].filter(Boolean).join("\n");
  }

  function revived(value) {
    if (Array.isArray(value)) return value.map(revived);
    if (value && typeof value === "object") return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, revived(one)]));
    if (typeof value === "string" && value.startsWith("fn:")) {
      const tell = named[value.slice(3)];
      return (given) => tell(typeof given === "object" && given !== null ? given.value : given);
    }
    return value;
  }

  // A series with "hatched" shades whole places of its axis of which nothing is known.
  let stripes;
  function hatch(params, api) {
    if (!stripes) {
      stripes = document.createElement("canvas");
      stripes.width = stripes.height = 8;
      const pen = stripes.getContext("2d");
      pen.strokeStyle = "#9aa7b5";
      for (const at of [-8, 0, 8]) { pen.moveTo(at, 8); pen.lineTo(at + 8, 0); }
      pen.stroke();
    }
    const [middle] = api.coord([api.value(0), 0]), width = api.size([1, 0])[0], area = params.coordSys;
    const shape = { x: middle - width / 2, y: area.y, width, height: area.height };
    return { type: "rect", silent: true, shape, style: { fill: { image: stripes, repeat: "repeat" } } };
  }

  function draw(place) {
    const given = document.getElementById(place.dataset.chart);
    if (!place.isConnected || !given) return; // the section was left before it came into view
    const plain = JSON.parse(given.textContent);
    const option = revived(plain);
    for (const one of option.series || []) if (one.hatched) { delete one.hatched; one.renderItem = hatch; }
    option.animation = false;
    option.textStyle = { fontFamily: getComputedStyle(document.body).fontFamily, ...option.textStyle };
    option.tooltip = { renderMode: "richText", confine: true, formatter: (params) => told(params, plain), ...option.tooltip };
    const chart = window.echarts.init(place, null, { renderer: "canvas" });
    chart.setOption(option);
    chart.on("click", (event) => {
      const to = event.data && event.data.href;
      if (to) window.location.assign(to);
    });
    const resized = new ResizeObserver(() => {
      if (place.isConnected) chart.resize();
      else { resized.disconnect(); chart.dispose(); }
    });
    resized.observe(place);
    place.dataset.drawn = "yes";
  }

  function ready(places) {
    const seen = new IntersectionObserver((entries) => {
      for (const one of entries) if (one.isIntersecting) { seen.unobserve(one.target); draw(one.target); }
    }, { rootMargin: "200px" });
    places.forEach((place) => seen.observe(place));
  }

  const waiting = [];
  let asked = false;
  window.ewsCharts = (root) => {
    const places = [...root.querySelectorAll("[data-chart]:not([data-drawn])")];
    if (!places.length) return;
    if (window.echarts) { ready(places); return; }
    waiting.push(...places);
    if (asked) return;
    asked = true;
    const script = document.createElement("script");
    script.src = document.querySelector("script[data-echarts]").dataset.echarts;
    script.addEventListener("load", () => ready(waiting.splice(0)));
    document.head.append(script);
  };
})();
