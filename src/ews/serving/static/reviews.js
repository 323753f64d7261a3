// The quarterly session: how many are ticked, ticking by the space bar, accepting by d, and staying in the row.
(() => {
  "use strict";
  // Another tier than the proposed one takes a reason: the browser asks for it before anything is sent.
  document.addEventListener("change", (event) => {
    if (!event.target.matches("select[name^='tier:']")) return;
    const own = event.target.form, others = [...own.querySelectorAll("select[name^='tier:']")];
    own.querySelector("textarea[name=reason]").required = others.some((one) => !one.selectedOptions[0]?.defaultSelected);
  });

  const form = document.querySelector("form[data-sitting]");
  if (!form) return;
  const chosen = () => document.querySelector("tr[data-row][aria-selected=true]");
  const told = form.querySelector("[data-sum]");
  let at = null;

  function count() {
    const ticked = form.querySelectorAll("input[data-tick]:checked").length;
    told.textContent = ticked ? `${ticked} ${told.dataset.words}` : "";
  }
  function select(row) {
    if (!row) return;
    document.querySelectorAll("tr[data-row]").forEach((one) => one.setAttribute("aria-selected", String(one === row)));
    row.focus({ preventScroll: true });
    row.scrollIntoView({ block: "nearest" });
  }

  form.addEventListener("change", count);
  document.addEventListener("keydown", (event) => {
    if (event.target.closest("input:not([type=checkbox]), textarea, select, button, a, summary, #panel") || event.ctrlKey || event.metaKey || event.altKey) return;
    const row = chosen();
    if (event.key === " " && row && !event.target.closest("input")) { row.querySelector("input[data-tick]")?.click(); event.preventDefault(); }
    if (event.key === "d" && row) { at = row.id; row.querySelector("[data-quick]")?.click(); }
  });
  // A row that was acted on is a new one: the next is chosen after the key, the same after the panel.
  document.addEventListener("htmx:before:request", () => { at = chosen()?.id ?? at; });
  document.addEventListener("htmx:after:swap", () => {
    count();
    const row = at && document.getElementById(at);
    if (row && !chosen() && !document.getElementById("panel").childElementCount) select(row.classList.contains("row-done") ? row.nextElementSibling ?? row : row);
    const all = form.querySelector("input[data-tick-all]");
    if (all) all.checked = false;
  });
  count();
})();
