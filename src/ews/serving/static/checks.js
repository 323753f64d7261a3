// A check that is filled in: one request at a time, told when something is not saved yet, photos from the camera.
(() => {
  "use strict";
  if (matchMedia("(min-width: 1100px)").matches) document.querySelector(".check-facts")?.setAttribute("open", "");
  const form = document.querySelector("form[data-check]");
  const words = document.getElementById("words")?.dataset;
  if (!form || !words) return;
  const saved = () => document.getElementById("saved");
  const version = () => document.getElementById("version");
  let dirty = false, sending = 0, uploads = Promise.resolve(), uploading = 0, leaving = false;

  const tell = (text) => { const line = saved(); if (line) { line.textContent = text; line.classList.add("saved-not"); } };
  const save = () => form.dispatchEvent(new CustomEvent("save-now"));

  form.addEventListener("input", (event) => {
    if (event.target.type === "file" || !event.target.name) return;
    dirty = true;
    document.getElementById("ask").replaceChildren();
    tell(words.unsaved);
  });

  // What is sent is the form as it is when the request leaves, so that a request that has waited names the version of now.
  form.addEventListener("htmx:before:request", (event) => {
    const { request } = event.detail.ctx;
    if (!request.body || uploading) { if (uploading) event.preventDefault(); return; }
    const sent = new URLSearchParams(new FormData(form));
    for (const name of ["over", "confirmed"]) if (request.body.has?.(name)) sent.set(name, request.body.get(name));
    request.body = sent;
    sending += 1;
    dirty = false;
    tell(words.saving);
  });
  form.addEventListener("htmx:finally:request", (event) => {
    if (!event.detail.ctx.response && sending) { dirty = true; tell(words.failed); setTimeout(save, 15000); }
    else if (event.detail.ctx.response?.status >= 400 && event.detail.ctx.response.status !== 422) { dirty = true; tell(words.unsaved); }
    if (event.detail.ctx.hx?.redirect) leaving = true;
    sending = Math.max(0, sending - 1);
    document.querySelectorAll("input[data-version]").forEach((one) => { one.value = version().value; });
  });
  document.addEventListener("visibilitychange", () => { if (document.visibilityState === "hidden" && dirty) save(); });
  addEventListener("beforeunload", (event) => { if ((dirty || uploading) && !leaving) event.preventDefault(); });
  form.addEventListener("submit", (event) => { if (!window.htmx) leaving = Boolean(event); });

  document.addEventListener("click", (event) => {
    if (event.target.closest("[data-drop-ask]")) document.getElementById("ask").replaceChildren();
    const drop = event.target.closest("[data-drop-file]");
    if (drop) {
      const box = drop.closest("[data-evidence]");
      box.querySelector("input[data-file-of]").value = "";
      box.querySelector(".thumbs").replaceChildren();
      drop.hidden = true;
      dirty = true;
      save();
    }
    const jump = event.target.closest("a[href^='#f-']");
    if (jump) {
      const field = document.querySelector(jump.getAttribute("href"));
      event.preventDefault();
      field?.scrollIntoView({ block: "center" });
      field?.querySelector("input:not([type=hidden]), textarea")?.focus({ preventScroll: true });
    }
  });

  const idle = async () => { while (sending) await new Promise((done) => setTimeout(done, 80)); };

  function post(box, file) {
    const progress = box.querySelector("progress");
    return new Promise((done) => {
      const request = new XMLHttpRequest();
      request.open("POST", `/v1/evidence?case_id=${encodeURIComponent(form.dataset.check)}&version=${version().value}`);
      request.setRequestHeader("content-type", file.type || "application/octet-stream");
      progress.hidden = false;
      request.upload.addEventListener("progress", (event) => { if (event.lengthComputable) progress.value = (100 * event.loaded) / event.total; });
      request.addEventListener("loadend", () => {
        progress.hidden = true;
        let answer = null;
        try { answer = JSON.parse(request.responseText); } catch { answer = null; }
        done({ status: request.status, answer });
      });
      request.send(file);
    });
  }

  function thumb(sha, kind, file) {
    const link = document.createElement("a");
    link.className = "thumb";
    link.href = `/v1/evidence/${sha}?case_id=${encodeURIComponent(form.dataset.check)}`;
    if (kind === "application/pdf") link.textContent = "PDF";
    else { const picture = document.createElement("img"); picture.alt = file.name; picture.src = URL.createObjectURL(file); link.append(picture); }
    return link;
  }

  async function hand(box, file) {
    const said = box.querySelector(".file-said");
    said.textContent = "";
    if (file.size > Number(words.most)) { said.textContent = words.large; return; }
    if (file.type && !["image/jpeg", "image/png", "application/pdf"].includes(file.type)) { said.textContent = words.kind; return; }
    await idle();
    uploading += 1;
    const { status, answer } = await post(box, file);
    uploading -= 1;
    if (status !== 200) {
      const told = { 401: words.login, 403: words.stale, 404: words.stale, 409: words.stale, 413: words.large, 415: words.kind, 422: words.refused };
      said.textContent = told[status] ?? words.down;
      if (dirty) save();
      return;
    }
    version().value = answer.check.case.version;
    const field = box.querySelector("input[data-file-of]"), thumbs = box.querySelector(".thumbs");
    if (field) {
      field.value = answer.sha256;
      thumbs.replaceChildren(thumb(answer.sha256, answer.media_type, file));
      box.querySelector("[data-drop-file]").hidden = false;
    } else thumbs.append(thumb(answer.sha256, answer.media_type, file));
    dirty = true;
    save();
  }

  form.addEventListener("change", (event) => {
    if (event.target.type !== "file") return;
    const box = event.target.closest("[data-evidence]"), files = [...event.target.files];
    event.target.value = "";
    for (const file of files) uploads = uploads.then(() => hand(box, file));
  });
})();
