// Live updates and focus; every page works without this. A `data-part` of the page is replaced by a newer
// one, child by child (`data-key`), without taking focus or typed text from anybody. `data-live` says where
// the events come from, `data-parts` where the parts do; what has a `data-say` is told to screen readers.
"use strict";
(() => {
  const main = document.getElementById("main");
  const refusal = document.getElementById("refusal");
  if (refusal) (document.querySelector("[aria-invalid], [aria-describedby=refusal]") || main).focus();
  if (!main || !main.querySelector("[data-part]")) return;
  const news = document.getElementById("news");
  const sign = document.getElementById("following");
  let version = main.dataset.version;

  // The title of the page follows its heading.
  const heading = () => main.querySelector("h1").textContent.replace(/\s+/g, " ").trim();
  const behind = document.title.startsWith(heading()) ? document.title.slice(heading().length) : null;

  // What is rarely used is closed where there is little room.
  if (matchMedia("(min-width: 60rem)").matches) for (const each of main.querySelectorAll("details.rare")) each.open = true;

  // --- what the server sent of a child: what people typed or opened since is not compared

  const sent = new WeakMap();
  const written = (child) => child.outerHTML.replace(/name="once" value="[^"]*"/g, "");
  const keyed = (part) => [...part.querySelectorAll("[data-key]")];
  const parts = (page) => [...page.querySelectorAll("[data-part]")];
  for (const part of parts(main)) for (const child of keyed(part)) sent.set(child, written(child));

  const fields = (within) => [...within.querySelectorAll("input:not([type=hidden]), textarea, select")];
  const isTyped = (field) => {
    if (field.type === "checkbox") return field.checked !== field.defaultChecked;
    if (field.tagName !== "SELECT") return field.value !== field.defaultValue;
    return [...field.options].some((option) => option.selected !== option.defaultSelected) && field.selectedIndex > 0;
  };

  const tell = (text) => { if (news) news.textContent = text; };

  const keep = (old) => {
    if (old.querySelector(".stale")) return;
    const note = document.createElement("p");
    note.className = "warn stale";
    note.textContent = "This has changed meanwhile. What you typed is kept; reload the page to see it as it is now.";
    old.prepend(note);
    tell(note.textContent);
  };

  const twin = (fresh, focused) => {
    if (focused.id) return document.getElementById(focused.id);
    const text = focused.textContent.trim();
    return [...fresh.querySelectorAll(focused.tagName)].find((each) => each.textContent.trim() === text);
  };

  // Put a child in the place of an older one, with what was typed, what is open, and the focus.
  const replace = (old, fresh) => {
    const typed = fields(old).filter(isTyped);
    if (typed.some((field) => !fresh.querySelector(`#${CSS.escape(field.id)}`))) return keep(old);
    const focused = old.contains(document.activeElement) ? document.activeElement : null;
    const range = focused && focused.selectionStart != null ? [focused.selectionStart, focused.selectionEnd] : null;
    const open = [...old.querySelectorAll("details[open]"), ...(old.matches("details[open]") ? [old] : [])];
    old.replaceWith(fresh);
    for (const each of open) {
      const now = each.id && document.getElementById(each.id);
      if (now) now.open = true;
    }
    for (const field of typed) {
      const now = document.getElementById(field.id);
      if (field.type === "checkbox") now.checked = field.checked;
      else now.value = field.value;
    }
    if (!focused) return;
    const now = twin(fresh, focused) || fresh.closest("[data-part]").querySelector("h2");
    if (!now) return;
    now.focus({ preventScroll: true });
    if (range && now.setSelectionRange) now.setSelectionRange(...range);
  };

  const insert = (list, fresh) => {
    const order = fresh.dataset.order, down = list.dataset.sorted === "down";
    const later = (each) => (down ? each.dataset.order < order : each.dataset.order > order);
    list.insertBefore(fresh, (list.dataset.sorted && [...list.children].find(later)) || null);
  };

  // Show a part as it is now; return what is to be said of it.
  const show = (part, fresh) => {
    const now = keyed(fresh);
    if (!now.length) {
      const busy = part.contains(document.activeElement) || fields(part).some(isTyped);
      if (!busy) part.replaceChildren(...fresh.childNodes);
      return [];
    }
    const before = new Map(keyed(part).map((child) => [child.dataset.key, child]));
    const list = part.querySelector("[data-list]");
    const said = [];
    now.forEach((child, place) => {
      const old = before.get(child.dataset.key), text = written(child);
      if (old && sent.get(old) === text) return;
      const made = document.importNode(child, true);
      sent.set(made, text);
      if (child.dataset.say && (!old || old.dataset.say !== child.dataset.say)) said.push(child.dataset.say);
      if (old) replace(old, made);
      else if (child.closest("[data-list]") && list) insert(list, made);
      else {
        const next = now.slice(place + 1).map((each) => before.get(each.dataset.key)).find((each) => each && each.parentNode === part);
        part.insertBefore(made, next || part.querySelector(":scope > [data-list]"));
      }
    });
    const there = new Set(now.map((child) => child.dataset.key));
    for (const [key, old] of before) {
      if (there.has(key) || (list && list.dataset.sorted && list.contains(old))) continue;
      if (fields(old).some(isTyped)) keep(old);
      else old.remove();
    }
    if (list && !list.dataset.sorted) {
      const here = new Map([...list.children].map((child) => [child.dataset.key, child]));
      const wanted = now.map((child) => here.get(child.dataset.key)).filter(Boolean);
      if (wanted.some((child, place) => list.children[place] !== child) && !list.contains(document.activeElement)) {
        list.append(...wanted);
      }
    }
    return said;
  };

  const take = (page) => {
    const said = [];
    for (const fresh of parts(page)) {
      const part = main.querySelector(`[data-part="${CSS.escape(fresh.dataset.part)}"]`);
      if (part) said.push(...show(part, fresh));
    }
    if (behind !== null) document.title = heading() + behind;
    // A form that is sent once more is another one only by this.
    const once = page.querySelector("input[name=once]");
    if (once) for (const each of main.querySelectorAll("input[name=once]")) each.value = once.value;
    const from = page.querySelector("[data-version]");
    if (from) version = from.dataset.version;
    return [...new Set(said)];
  };

  const heard = (said) => {
    if (said.length) tell(said.length > 3 ? `${said.length} changes, the newest: ${said[0]}` : said.join(". "));
  };

  // Entries of the timeline that came with an event.
  const lines = (html) => {
    const part = main.querySelector("[data-part=timeline]"), list = part.querySelector("[data-list]");
    const said = [];
    const page = new DOMParser().parseFromString(`<ol>${html}</ol>`, "text/html");
    for (const child of page.querySelectorAll("[data-key]")) {
      const old = list.querySelector(`[data-key="${CSS.escape(child.dataset.key)}"]`), text = written(child);
      if (old && sent.get(old) === text) continue;
      const made = document.importNode(child, true);
      sent.set(made, text);
      if (!old || old.dataset.say !== child.dataset.say) said.push(child.dataset.say);
      if (old) replace(old, made);
      else insert(list, made);
    }
    return said;
  };

  const follows = (well) => {
    if (!sign) return;
    const text = well ? sign.dataset.following : sign.dataset.lost;
    if (sign.textContent === text) return;
    sign.textContent = text;
    sign.classList.toggle("late", !well);
    if (!well) tell(text);
  };

  // --- ask for what has changed

  const read = async (answer) => new DOMParser().parseFromString(await answer.text(), "text/html");
  let asking = false, again = false;
  const ask = async (which, entries) => {
    if (asking) { again = true; return; }
    asking = true;
    try {
      const address = new URL(main.dataset.parts || location.pathname + location.search, location.href);
      if (main.dataset.parts && which) address.searchParams.set("of", which.join());
      if (main.dataset.parts && entries && entries.length) address.searchParams.set("entries", entries.join());
      const answer = await fetch(address, { headers: { "X-Room-Part": "1" } });
      if (!answer.ok) throw new Error(String(answer.status));
      heard(take(await read(answer)));
      follows(true);
    } catch {
      follows(false);
    } finally {
      asking = false;
      if (again) { again = false; ask(); }
    }
  };
  // What is said in minutes grows old by itself.
  const ages = main.dataset.ages ? main.dataset.ages.split(",") : undefined;
  setInterval(() => { if (!document.hidden && !asking) ask(ages); }, 30000);

  // --- follow; a browser opens few connections to one place, so a page that nobody sees has none

  let source = null, later = 0;
  const leave = () => {
    if (source) source.close();
    source = null;
  };
  const follow = () => {
    if (source || document.hidden || !main.dataset.live) return;
    source = new EventSource(main.dataset.live);
    source.addEventListener("here", (event) => {
      const now = JSON.parse(event.data).version;
      if (now && now === version) follows(true);
      else ask();
    });
    source.addEventListener("changed", (event) => {
      const { parts: which, entries, html } = JSON.parse(event.data);
      const rest = html && main.dataset.parts ? which.filter((name) => name !== "timeline") : which;
      if (rest.length < which.length) heard(lines(html));
      if (rest.length) ask(rest, entries);
    });
    source.addEventListener("error", () => {
      follows(false);
      if (source && source.readyState !== EventSource.CLOSED) return;
      leave(); // too many follow, or the session has ended
      clearTimeout(later);
      later = setTimeout(() => { if (!document.hidden) { ask(); follow(); } }, 10000);
    });
  };
  const wake = () => {
    if (document.hidden) leave();
    else if (main.dataset.live) follow();
    else ask();
  };
  document.addEventListener("visibilitychange", wake);
  addEventListener("pagehide", leave);
  addEventListener("pageshow", (event) => { if (event.persisted) wake(); });
  follow();

  // --- send a form and stay on the page, so that what is typed elsewhere stays, too

  const wrong = (form, text) => {
    let told = form.querySelector(".refusal");
    if (!told) {
      told = document.createElement("p");
      told.className = "refusal";
      told.id = `wrong-${form.id}`;
      told.setAttribute("role", "alert");
      form.prepend(told);
    }
    told.textContent = text;
    const first = fields(form).find((field) => field.type !== "checkbox");
    if (!first) return;
    first.setAttribute("aria-invalid", "true");
    first.setAttribute("aria-describedby", told.id);
    if (first.checkVisibility()) first.focus();
  };

  // Show at the top of the window, for a while, what was recorded; whoever has lost their place goes there.
  const box = document.getElementById("said");
  let fading = 0;
  const confirmed = () => {
    box.classList.add("fresh");
    clearTimeout(fading);
    fading = setTimeout(() => box.classList.remove("fresh"), 10000);
    if (document.activeElement === document.body) box.focus();
  };

  if (!main.dataset.parts) return;
  main.addEventListener("submit", async (event) => {
    const form = event.target, button = event.submitter;
    if (form.method !== "post" || form.querySelector("[data-leaves]:checked")) return;
    event.preventDefault();
    if (form.dataset.busy) return;
    form.dataset.busy = "yes";
    let page;
    try {
      const address = (button && button.getAttribute("formaction")) || form.getAttribute("action");
      page = await read(await fetch(address, { method: "POST", body: new URLSearchParams(new FormData(form, button)) }));
    } catch {
      wrong(form, "The room cannot be reached: it is not known whether this was recorded. What you typed is kept.");
      return;
    } finally {
      delete form.dataset.busy;
    }
    const said = page.getElementById("said"), refused = page.getElementById("refusal");
    if (refused || !said) {
      const text = refused ? refused.textContent.replace(/\s+/g, " ").trim()
        : "Nothing was recorded: you are not signed in any more. What you typed is kept.";
      wrong(form, text);
      ask();
      return;
    }
    const told = form.querySelector(".refusal");
    if (told) told.remove();
    for (const field of fields(form)) {
      field.removeAttribute("aria-invalid");
      field.removeAttribute("aria-describedby");
    }
    form.reset();
    take(page);
    document.getElementById("said").replaceChildren(...[...said.childNodes].map((each) => document.importNode(each, true)));
    confirmed();
  });
})();
