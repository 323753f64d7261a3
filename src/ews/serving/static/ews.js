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
  // Where the cursor goes when its row is gone: the rows from it on, then those before it, the nearest first.
  const key = (row) => row.dataset.case || row.id;
  let trail = [];
  function choose(row, focus = true) {
    if (!row) return;
    const all = rows(), at = all.indexOf(row);
    trail = [...all.slice(at), ...all.slice(0, at).reverse()].map(key);
    rows().forEach((one) => one.setAttribute("aria-selected", String(one === row)));
    row.scrollIntoView({ block: "nearest" });
    if (focus) row.focus({ preventScroll: true });
    keep(key(row));
  }
  // Whoever comes back to a list finds the row that was left.
  const place = () => `ews-row ${location.pathname}${location.search}`;
  function keep(row) { try { sessionStorage.setItem(place(), row); } catch { /* a browser that keeps nothing */ } }
  function chooseLeft() {
    if (performance.getEntriesByType("navigation")[0]?.type !== "back_forward") return;
    let left = null;
    try { left = sessionStorage.getItem(place()); } catch { return; }
    choose(rows().find((row) => left && key(row) === left));
  }
  function walk(step) {
    const all = rows(), at = all.indexOf(chosen());
    choose(all[Math.min(all.length - 1, Math.max(0, at + step))] ?? all[0]);
  }
  const open = (row) => row?.querySelector("[data-open]")?.click();

  document.addEventListener("keydown", (event) => {
    const typing = event.target.closest("input:not([type=checkbox]):not([type=radio]), textarea, select, [contenteditable]");
    if (document.querySelector("dialog[open]")) return;
    if (event.key === "Escape") { menus().forEach((one) => { one.open = false; }); if (closePanel()) event.preventDefault(); return; }
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

  // Of the menus that lie over the page at most one is open; a click beside it closes it.
  const menus = () => document.querySelectorAll("details.account[open], details.more[open], details.views[open], details.drawer[open]");
  /* A file that takes a while to be made: a sign stands until it is there. */
  function make(link) {
    const sign = document.getElementById(link.dataset.made);
    if (!sign.hidden) return;
    sign.hidden = false;
    fetch(link.href).then(async (answer) => {
      if (!answer.ok) throw new Error(String(answer.status));
      const file = document.createElement("a");
      file.href = URL.createObjectURL(await answer.blob());
      file.download = /filename="([^"]+)"/.exec(answer.headers.get("content-disposition"))?.[1] ?? "";
      file.click();
      setTimeout(() => URL.revokeObjectURL(file.href), 60000);
    }).catch(() => { window.location.assign(link.href); }).finally(() => { sign.hidden = true; });
  }

  document.addEventListener("click", (event) => {
    menus().forEach((one) => { if (!one.contains(event.target)) one.open = false; });
    if (event.target.closest("[data-close-panel]")) { closePanel(); return; }
    if (event.target.closest("[data-keys]")) { document.getElementById("keys")?.showModal(); return; }
    const file = event.target.closest("a[data-made]");
    if (file) { event.preventDefault(); make(file); return; }
    const says = event.target.closest("[data-says]");
    if (says) document.getElementById(says.dataset.says)?.firstElementChild?.removeAttribute("hidden");
    if (event.target.closest("[data-print]")) { window.print(); return; }
    const all = event.target.closest("input[data-tick-all]");
    if (all) { document.querySelectorAll("input[data-tick]").forEach((one) => { one.checked = all.checked; }); ticked(); }
    const row = event.target.closest("tr[data-row]");
    if (row && event.target.closest("a")) choose(row, false);
    else if (row && !event.target.closest("button, input, label, summary, select")) { choose(row); open(row); }
  });

  // How many rows are ticked stands on the button that acts on them.
  function ticked() {
    const number = document.querySelectorAll("input[data-tick]:checked").length;
    document.querySelectorAll("[data-ticked]").forEach((one) => { one.textContent = number ? String(number) : ""; });
    document.querySelectorAll("[data-bulk]").forEach((one) => one.toggleAttribute("data-any", number > 0));
  }

  // After an act on a case its rows, and the lines that sum it, bring themselves up to date; where one is gone, its
  // follower is chosen.
  document.addEventListener("case-changed", (event) => {
    const id = event.detail?.case_id;
    const own = id ? rows().filter((row) => row.dataset.case === id) : [];
    const lines = id ? [...document.querySelectorAll("[data-cases]")].filter((one) => one.dataset.cases.split(" ").includes(id)) : [];
    [...own, ...lines].forEach((one) => one.dispatchEvent(new CustomEvent("reload")));
  });
  function chooseAgain() {
    if (chosen()) return;
    const all = rows(), next = trail.find((one) => one && all.some((row) => key(row) === one));
    if (next) choose(all.find((row) => key(row) === next), false);
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

  // htmx gives what comes the style attribute of what goes by the same id, which the policy of the page forbids and the
  // console then tells: a text field that somebody drew larger has one.
  document.addEventListener("htmx:before:swap", (event) => {
    (event.detail?.tasks ?? []).forEach(({ target }) => {
      const from = typeof target === "string" ? document.querySelector(target) : target;
      from?.querySelectorAll?.("[id][style]").forEach((one) => one.removeAttribute("style"));
    });
  });
  document.addEventListener("htmx:after:swap", (event) => {
    document.getElementById("told")?.replaceChildren(); // the service answers again
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
    line.textContent = document.documentElement.lang.startsWith("zh") ? "服务暂时无法访问。刚提交的内容可能已办理，请稍后刷新核对。" : "The service cannot be reached. What you sent may have been done: look again in a moment.";
    told.replaceChildren(line);
  });

  // On a phone the filters of a list stand behind a button, which tells how many are set. Style shows it there only.
  function foldFilters() {
    const zh = document.documentElement.lang.startsWith("zh");
    document.querySelectorAll("main form.filters").forEach((form, number) => {
      const fields = [...form.querySelectorAll("select, input:not([type=hidden])")];
      if (fields.length < 2 || form.dataset.folds) return;
      const set = fields.filter((one) => (one.type === "checkbox" ? one.checked : one.name !== "sort" && one.value !== "")).length;
      const button = document.createElement("button");
      button.type = "button";
      button.className = "btn filters-button d-print-none";
      button.textContent = zh ? "筛选" : "Filters";
      if (set) {
        const count = document.createElement("span");
        count.className = "filters-count";
        count.textContent = String(set);
        button.append(count);
      }
      form.id ||= `filters-${number}`;
      form.dataset.folds = "yes";
      button.setAttribute("aria-controls", form.id);
      const fold = (folded) => { form.classList.toggle("filters-folded", folded); button.setAttribute("aria-expanded", String(!folded)); };
      button.addEventListener("click", () => fold(!form.classList.contains("filters-folded")));
      fold(true);
      form.before(button);
    });
  }
  foldFilters();

  document.addEventListener("DOMContentLoaded", chooseLeft);
  document.addEventListener("DOMContentLoaded", () => charts(document));
  if (document.readyState !== "loading") charts(document);
})();
