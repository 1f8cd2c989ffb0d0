/* What the look needs in the browser and the server need not know of:
   "/" and Escape, fresh relative times, the search of pick lists, rows that open, "Copied".
   Everything hangs on the document, so pages may come and go. */
(() => {
  "use strict";

  const SETTLED_MS = 1_500; // The framework first takes over the page as it was built.
  const TICK_MS = 10_000;
  const COPIED_MS = 1_600;
  const FLOATING = '[role="dialog"], [role="alertdialog"], [role="menu"]';
  const INTERACTIVE = 'a, button, input, label, select, textarea, [role="checkbox"]';

  const visible = (element) => element.getClientRects().length > 0;
  const first = (selector, root = document) =>
    [...root.querySelectorAll(selector)].find(visible);
  const types = (element) =>
    element.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(element.tagName);

  /* Relative times: the steps of domain/words.py. */
  function age(then) {
    const seconds = Math.max(0, Math.floor((Date.now() - then) / 1000));
    for (const [size, unit] of [[86400, "d"], [3600, "h"], [60, "min"]]) {
      if (seconds >= size) return `${Math.floor(seconds / size)} ${unit}`;
    }
    return `${seconds} s`;
  }

  function exact(then) {
    const date = new Date(then);
    const day = date.toLocaleDateString("en-GB", {
      day: "2-digit", month: "short", year: "numeric", timeZone: "UTC",
    });
    return `${day} ${date.toISOString().slice(11, 19)} UTC`;
  }

  function refresh(time) {
    const then = Date.parse(time.dateTime);
    if (Number.isNaN(then)) return;
    const words = time.dataset.ago === "phrase" ? `${age(then)} ago` : age(then);
    if (time.textContent !== words) time.textContent = words;
    if (time.title !== exact(then)) time.title = exact(then);
  }

  const refreshAll = () => document.querySelectorAll("time[data-ago]").forEach(refresh);

  /* Pick lists: the options that hold every typed word; if none does, those whose
     head helps. Heads without options go. */
  function show(list, holds) {
    let head = null;
    let group = "";
    let found = 0;
    for (const line of list.children) {
      if (line.matches(".pick-group")) {
        head = line;
        group = line.textContent.toLowerCase();
        head.hidden = true;
      } else if (line.matches(".pick-option")) {
        line.hidden = !holds(line.textContent.toLowerCase(), group);
        if (line.hidden) continue;
        found += 1;
        if (head) head.hidden = false;
      }
    }
    return found;
  }

  function filterPicks(search) {
    const list = search.closest(".pick").querySelector(".pick-list");
    const typed = search.value.toLowerCase().split(/[\s_]+/).filter(Boolean);
    const all = (words) => typed.every((word) => words.includes(word));
    const found =
      show(list, (label) => all(label)) ||
      show(list, (label, group) => all(`${group} ${label}`));
    list.querySelector(".pick-none").hidden = found > 0;
  }

  function walkPicks(event) {
    const pick = event.target.closest?.(".pick-popover");
    if (!pick) return;
    const shown = [...pick.querySelectorAll("button")].filter(visible);
    const at = shown.indexOf(document.activeElement);
    if (event.key === "ArrowDown") shown[Math.min(at + 1, shown.length - 1)]?.focus();
    else if (event.key === "ArrowUp" && at > 0) shown[at - 1].focus();
    else if (event.key === "ArrowUp") pick.querySelector(".pick-search")?.focus();
    else if (event.key === "Enter" && event.target.value) shown[0]?.click();
    else return;
    event.preventDefault();
  }

  /* Keyed rows: J and K walk, other keys click the control of the row that carries them. */
  function workRows(event) {
    const rows = [...document.querySelectorAll("[data-keyed]")].filter(visible);
    const at = rows.findIndex((row) => row.contains(document.activeElement));
    const key = event.key.toLowerCase();
    if (key === "j" || key === "k") {
      const next = rows[key === "j" ? at + 1 : Math.max(at - 1, 0)];
      next?.focus({ preventScroll: true });
      next?.scrollIntoView({ block: "nearest" });
      return Boolean(next);
    }
    if (at < 0 || (key === "enter" && document.activeElement !== rows[at])) return false;
    const control = rows[at].querySelector(`[data-key="${CSS.escape(key)}"]`);
    control?.click();
    return Boolean(control);
  }

  document.addEventListener("input", (event) => {
    if (event.target.matches?.("[data-pick-search]")) filterPicks(event.target);
  });

  document.addEventListener("keydown", (event) => {
    walkPicks(event);
    if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey) return;
    const floats = first(FLOATING);
    if (!floats && !types(event.target) && workRows(event)) event.preventDefault();
    if (event.key === "/" && !types(event.target) && !floats) {
      const search = first("[data-search]");
      if (!search) return;
      event.preventDefault();
      search.focus();
      search.select?.();
    } else if (event.key === "Escape" && event.target.matches?.("[data-search]")) {
      event.target.blur();
    } else if (event.key === "Escape" && !floats) {
      first("[data-closes-drawer]")?.click();
    }
  });

  document.addEventListener("click", (event) => {
    const submits = event.target.closest?.("[data-submits]");
    if (submits) document.getElementById(submits.dataset.submits)?.requestSubmit();
    const copies = event.target.closest?.("[data-copies]");
    if (copies) {
      copies.dataset.copied = "true";
      setTimeout(() => delete copies.dataset.copied, COPIED_MS);
    }
  }, true);

  document.addEventListener("click", (event) => {
    const row = event.target.closest?.("tr.opens");
    if (!row || event.defaultPrevented || event.target.closest(INTERACTIVE)) return;
    if (String(getSelection())) return;
    row.querySelector(".row-opener")?.click();
  });

  // A row that now shows another time keeps its words where both times read the same.
  new MutationObserver((changes) => {
    for (const { target } of changes) if (target.dataset.ago) refresh(target);
  }).observe(document, { subtree: true, attributeFilter: ["datetime"] });
  setTimeout(refreshAll, SETTLED_MS);
  setInterval(refreshAll, TICK_MS);
  document.addEventListener("visibilitychange", refreshAll);
  document.addEventListener("mouseover", (event) => {
    const time = event.target.closest?.("time[data-ago]");
    if (time) refresh(time);
  });
})();
