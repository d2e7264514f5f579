// Every page is whole without this script. It shortens ways: dialogs become modal, ids are copied, keys reach places,
// keys of products hide themselves, forms are sent once.
"use strict";

const show = (d) => { if (d.open) d.close(); d.showModal(); };
for (const d of document.querySelectorAll("dialog[open]")) show(d);

// Without a script the summary of errors is reached by its anchor; with one it takes the focus.
document.querySelector("[data-focus]")?.focus();

document.addEventListener("click", (e) => {
  const b = e.target.closest("[data-dialog], [data-close], [data-copy], [aria-disabled=true]");
  if (!b) return;
  if (b.dataset.copy !== undefined) { copy(b); return; }
  if (b.dataset.dialog) {
    const d = document.getElementById(b.dataset.dialog);
    if (d) { e.preventDefault(); show(d); }
    return;
  }
  if (b.dataset.close !== undefined) {
    const d = b.closest("dialog");
    if (d?.matches(":modal") && d.dataset.back === undefined) { e.preventDefault(); d.close(); }
    return;
  }
  e.preventDefault(); // disabled, with its reason beside it
});

// Esc on a dialog that the server opened goes where its way back goes.
document.addEventListener("cancel", (e) => {
  const way = e.target.querySelector?.("a[data-close]");
  if (e.target.dataset?.back !== undefined && way) { e.preventDefault(); location.assign(way.href); }
}, true);

async function copy(b) {
  const from = b.dataset.copy ? document.getElementById(b.dataset.copy) : b.previousElementSibling;
  const text = (from?.value ?? from?.textContent ?? "").trim();
  try {
    await navigator.clipboard.writeText(text);
  } catch {
    const range = document.createRange();
    if (!from || from.value !== undefined) { from?.select?.(); return; }
    range.selectNodeContents(from);
    getSelection().removeAllRanges();
    getSelection().addRange(range);
    return;
  }
  tell(b.dataset.copied ?? "");
  b.classList.add("is-done");
  setTimeout(() => b.classList.remove("is-done"), 1500);
}

function tell(text) {
  const live = document.getElementById("live");
  if (live) { live.textContent = ""; requestAnimationFrame(() => { live.textContent = text; }); }
}

// A form is sent once: the second press of an impatient hand changes nothing (the server would not do it twice either).
document.addEventListener("submit", (e) => {
  const form = e.target;
  if (form.method !== "post" || e.submitter?.dataset.stays !== undefined) return; // a file comes, the page stays
  if (form.dataset.sent) { e.preventDefault(); return; }
  form.dataset.sent = "1";
  const b = e.submitter;
  b?.setAttribute("aria-busy", "true");
  if (b?.dataset.busy) { // says what goes on, and cannot be pressed; what it sends is read by then
    b.dataset.idle = b.textContent;
    b.textContent = b.dataset.busy;
    setTimeout(() => { b.disabled = form.dataset.sent === "1"; });
  }
});
addEventListener("pageshow", () => { // back from the next page
  for (const f of document.querySelectorAll("form[data-sent]")) { delete f.dataset.sent; }
  for (const b of document.querySelectorAll("[aria-busy=true]")) {
    b.removeAttribute("aria-busy");
    if (b.dataset.idle) { b.textContent = b.dataset.idle; b.disabled = false; delete b.dataset.idle; }
  }
});

// Paper is for who has a printer at hand: the button is there with the script alone.
for (const b of document.querySelectorAll("[data-print]")) {
  b.hidden = false;
  b.addEventListener("click", () => print());
}

// What may be seen for a while hides itself.
for (const box of document.querySelectorAll("[data-hide]")) {
  const clock = document.getElementById(box.dataset.clock);
  const end = performance.now() + Number(box.dataset.hide) * 1000;
  const tick = () => {
    const left = Math.ceil((end - performance.now()) / 1000);
    if (left <= 0) { location.replace(box.dataset.gone); return; }
    if (clock) clock.textContent = String(left);
    setTimeout(tick, 250);
  };
  tick();
}

// Days can be asked for as the reader's own clock shows them.
const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
if (zone && !document.cookie.includes(`comptoir-zone=${zone}`)) {
  document.cookie = `comptoir-zone=${zone}; path=/; max-age=31536000; samesite=lax${location.protocol === "https:" ? "; secure" : ""}`;
}

// Filters that choose one of a list apply at once.
document.addEventListener("change", (e) => {
  if (e.target.matches("form[data-now] select, form[data-now] input[type=radio], form[data-now] input[type=checkbox]")) e.target.form.requestSubmit();
});

// One tick for a whole table. What can be done with the chosen rows comes when there are any; without a script it stands there.
const chosen = (bulk) => {
  const n = bulk.closest("form").querySelectorAll("tbody input[name=pick]:checked").length;
  bulk.hidden = n === 0;
  const count = bulk.querySelector("[data-chosen]");
  count.hidden = false;
  count.querySelector("output").textContent = String(n);
};
const choose = () => { for (const bulk of document.querySelectorAll("[data-bulk]")) chosen(bulk); };
document.addEventListener("change", (e) => {
  if (e.target.matches("input[data-all]")) {
    for (const c of e.target.closest("table").querySelectorAll("tbody input[type=checkbox]:not(:disabled)")) c.checked = e.target.checked;
  }
  if (e.target.matches("table input[type=checkbox]")) choose();
});
choose();
addEventListener("pageshow", choose); // the browser ticks again what was ticked

// The slider of the sandbox's clock says which day it stands on.
for (const slider of document.querySelectorAll("input[data-scrub]")) {
  const out = document.getElementById(slider.dataset.scrub);
  const say = () => {
    const day = new Date(Date.parse(out.dataset.day) + Number(slider.value) * 86400000);
    out.textContent = slider.value === "0" ? out.dataset.none
      : `+${slider.value} · ${day.toLocaleDateString(document.documentElement.lang, { timeZone: "UTC", day: "numeric", month: "short", year: "numeric" })}`;
  };
  slider.addEventListener("input", say);
  say();
}

// Keys. All of them can be switched off in the profile; Ctrl K stays.
const jumps = document.getElementById("jumps");
let waiting = 0;
document.addEventListener("keydown", (e) => {
  if (e.key.toLowerCase() === "k" && (e.ctrlKey || e.metaKey) && !e.altKey) {
    const field = document.getElementById("find");
    if (field) { e.preventDefault(); field.focus(); field.select(); }
    return;
  }
  if (!jumps || e.ctrlKey || e.metaKey || e.altKey || e.target.closest("input, select, textarea, [contenteditable], dialog:modal")) return;
  if (e.key === "?") { e.preventDefault(); show(document.getElementById("keys")); return; }
  if (e.key === "/") {
    const field = document.querySelector("main input[type=search]") ?? document.getElementById("find");
    if (field) { e.preventDefault(); field.focus(); }
    return;
  }
  if (e.key === "j" || e.key === "k") {
    const rows = [...document.querySelectorAll("main tbody th a, main .item > summary, main tbody td:first-child a")];
    if (rows.length === 0) return;
    const at = rows.indexOf(document.activeElement);
    rows[Math.min(rows.length - 1, Math.max(0, at + (e.key === "j" ? 1 : -1)))].focus();
    return;
  }
  if (waiting && performance.now() - waiting < 1500) {
    waiting = 0;
    const to = jumps.querySelector(`[data-key="${CSS.escape(e.key)}"]`);
    if (to) { e.preventDefault(); location.assign(to.href); }
    return;
  }
  waiting = e.key === "g" ? performance.now() : 0;
});
