// Live updates and focus; every page works without this. `data-part` names what a newer version of the
// page replaces, but never while somebody works in it; `data-live` says where its events `changed` come from.
"use strict";
(() => {
  const main = document.getElementById("main");
  const refusal = document.getElementById("refusal");
  if (refusal) {
    const field = document.querySelector("[aria-invalid], [aria-describedby=refusal]");
    (field || main).focus();
  }
  const parts = main ? main.querySelectorAll("[data-part]") : [];
  if (!parts.length) return;

  const changed = (field) => field.value !== field.defaultValue;
  const busy = (part) =>
    part.contains(document.activeElement) || [...part.querySelectorAll("input[type=text], textarea")].some(changed);

  let asking = false, again = false;
  const refresh = async () => {
    if (asking) { again = true; return; }
    asking = true;
    try {
      const answer = await fetch(location.pathname + location.search);
      if (!answer.ok) return;
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      for (const part of parts) {
        const fresh = page.querySelector(`[data-part="${part.dataset.part}"]`);
        if (fresh && !busy(part)) part.replaceChildren(...fresh.childNodes);
      }
    } catch {
      // The next event, or the next look, asks again.
    } finally {
      asking = false;
      if (again) { again = false; refresh(); }
    }
  };
  setInterval(() => { if (!document.hidden) refresh(); }, 30000);
  document.addEventListener("visibilitychange", () => { if (!document.hidden) refresh(); });

  if (!main.dataset.live) return;
  const lost = document.createElement("p");
  lost.className = "warn";
  lost.setAttribute("role", "status");
  main.prepend(lost);
  const source = new EventSource(main.dataset.live);
  source.addEventListener("changed", refresh);
  source.addEventListener("open", () => { lost.textContent = ""; });
  source.addEventListener("error", () => {
    lost.textContent = "The connection to the room is cut off: what is shown may be old. It is tried again.";
  });
})();
