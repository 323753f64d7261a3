// What pages do beyond htmx: charts on demand, the side panel, the keyboard in work lists, files by drag or camera.
(() => {
  "use strict";
  const own = document.currentScript;
  const panel = () => document.getElementById("panel");

  function charts(root) {
    if (!root.querySelector || !root.querySelector("[data-chart]")) return;
    if (window.ewsCharts) { window.ewsCharts(root); return; }
    const script = document.createElement("script");
    script.src = own.dataset.charts;
    script.addEventListener("load", () => window.ewsCharts(document));
    document.head.append(script);
  }

  function closePanel() {
    const open = panel();
    if (!open || !open.childElementCount) return false;
    open.replaceChildren();
    chosen()?.focus();
    return true;
  }

  // Work lists: rows with data-row; j and k walk, enter opens (the row's first link or button), x ticks, / searches.
  const rows = () => [...document.querySelectorAll("tr[data-row]")];
  const chosen = () => document.querySelector("tr[data-row][aria-selected=true]");
  function choose(row, focus = true) {
    if (!row) return;
    rows().forEach((one) => one.setAttribute("aria-selected", String(one === row)));
    row.scrollIntoView({ block: "nearest" });
    if (focus) row.focus({ preventScroll: true });
  }
  function walk(step) {
    const all = rows(), at = all.indexOf(chosen());
    choose(all[Math.min(all.length - 1, Math.max(0, at + step))] ?? all[0]);
  }
  const open = (row) => row?.querySelector("[data-open]")?.click();

  document.addEventListener("keydown", (event) => {
    const typing = event.target.closest("input:not([type=checkbox]):not([type=radio]), textarea, select, [contenteditable]");
    if (document.querySelector("dialog[open]")) return;
    if (event.key === "Escape") { if (closePanel()) event.preventDefault(); return; }
    if (typing || event.ctrlKey || event.metaKey || event.altKey) return;
    const keys = {
      j: () => walk(1), k: () => walk(-1), "/": () => document.getElementById("search")?.focus(),
      Enter: () => (event.target.closest("a, button, summary") ? false : open(chosen())),
      x: () => chosen()?.querySelector("input[type=checkbox]")?.click(),
      n: () => document.querySelector("[data-take-next]")?.click(),
      "?": () => document.getElementById("keys")?.showModal(),
    };
    const act = rows().length || "/?n".includes(event.key) ? keys[event.key] : undefined;
    if (act && act() !== false) event.preventDefault();
  });

  document.addEventListener("click", (event) => {
    if (event.target.closest("[data-close-panel]")) { closePanel(); return; }
    if (event.target.closest("[data-keys]")) { document.getElementById("keys")?.showModal(); return; }
    if (event.target.closest("[data-print]")) { window.print(); return; }
    const all = event.target.closest("input[data-tick-all]");
    if (all) { document.querySelectorAll("input[data-tick]").forEach((one) => { one.checked = all.checked; }); ticked(); }
    const row = event.target.closest("tr[data-row]");
    if (row && !event.target.closest("a, button, input, label, summary, select")) { choose(row); open(row); }
  });

  // How many rows are ticked stands on the button that acts on them.
  function ticked() {
    const number = document.querySelectorAll("input[data-tick]:checked").length;
    document.querySelectorAll("[data-ticked]").forEach((one) => { one.textContent = number ? String(number) : ""; });
    document.querySelectorAll("[data-bulk]").forEach((one) => one.toggleAttribute("data-any", number > 0));
  }

  // After an act on a case the rows of that case bring themselves up to date; where one is gone, its follower is chosen.
  let place = -1;
  document.addEventListener("case-changed", (event) => {
    const id = event.detail?.case_id;
    const own = id ? rows().filter((row) => row.dataset.case === id) : [];
    place = rows().findIndex((row) => own.includes(row) && row.getAttribute("aria-selected") === "true");
    own.forEach((row) => row.dispatchEvent(new CustomEvent("reload")));
  });
  function chooseAgain() {
    if (place >= 0 && !chosen()) choose(rows()[Math.min(place, rows().length - 1)], false);
  }

  // A filter that is left empty does not stand in the address.
  document.addEventListener("formdata", (event) => {
    if (!event.target.matches("form[data-no-empty]")) return;
    [...event.formData.entries()].forEach(([name, value]) => { if (value === "") event.formData.delete(name); });
  });

  // Selects and boxes of a filter send it at once.
  document.addEventListener("change", (event) => {
    if (event.target.matches("input[data-tick]")) ticked();
    const form = event.target.closest("form[data-send-on-change]");
    if (form) form.requestSubmit();
  });

  document.addEventListener("htmx:after:swap", (event) => {
    charts(document);
    chooseAgain();
    ticked();
    const target = event.detail?.ctx?.target;
    if (target && target.id === "panel") {
      target.scrollTop = 0;
      target.querySelector("[autofocus], h2, h1")?.focus?.();
    }
  });
  document.addEventListener("htmx:error", () => {
    const told = document.getElementById("told");
    const line = document.createElement("div");
    line.textContent = document.documentElement.lang.startsWith("zh") ? "服务暂时无法访问，未作更改，请稍后再试。" : "The service cannot be reached. Nothing was changed; try again in a moment.";
    told.replaceChildren(line);
  });

  document.addEventListener("DOMContentLoaded", () => charts(document));
  if (document.readyState !== "loading") charts(document);
})();
