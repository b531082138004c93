// One key for what a call was about. The key says it all: the matter's usual level, and solved; what differs is changed
// after, and each change is kept beside what it changed.
import { act, tell } from "./act.js";
import { all, each, el, fill, find, say, state } from "./dom.js";
import { clock } from "./words.js";

const KEYS = "123456789";
const MOST_FOUND = 12;
const KINDS = { put_through: "Koppling", wrong_number: "Fel nummer", cut_off: "Avbrutet" };
const ROSA = {
  1: "information", 2: "vägledning och råd", 3: "administrativ beredning", 4: "regelstyrd handläggning",
  5: "förvaltningens utredning", 6: "bedömning",
};

export function createOutcome({ changed }) {
  const kept = new Map();  // call → what was said last, here or in the list of the day
  const o = { matters: [], subject: null, chosen: null, early: false, found: [], marked: 0 };

  const outcome = () => (o.subject ? kept.get(o.subject.call) ?? o.subject.outcome ?? null : null);
  const offered = () => o.matters.filter((m) => !m.queues.length || !o.subject || m.queues.includes(o.subject.queue)).slice(0, KEYS.length);

  function about(current, talks, early) {
    for (const talk of talks) if (talk.outcome && !kept.has(talk.call)) kept.set(talk.call, talk.outcome);
    o.subject = o.chosen ?? current;
    o.early = early && !o.chosen;
    show();
  }

  function choose(call, talk = null) {
    o.chosen = call ? talk : null;
  }

  async function give(said) {
    if (!o.subject) return tell("Det finns inget samtal att ge ett utfall.", "bad");
    if (o.early) return tell("Samtalet är inte besvarat än.", "bad");
    const call = o.subject.call;
    const before = kept.get(call);
    const answer = await act("/agent/utfall", { call, ...said });
    if (!answer.ok) return before;
    kept.set(call, answer.body.outcome);
    show();
    changed();
    return answer.body.outcome;
  }

  const matter = (id) => give({ kind: "matter", matter: id, level: 0, solved: true, case: outcome()?.case ?? "" });
  const amend = (more) => {
    const said = outcome();
    if (said?.kind !== "matter") return tell("Välj först vad samtalet gällde.", "bad");
    return give({ kind: "matter", matter: said.matter, level: said.level, solved: said.solved, case: said.case, ...more });
  };

  // ── what is shown ───────────────────────────────────────────────────────────────────────────────────────────────
  function show() {
    const said = outcome();
    say(find("#subject"), told(o.subject, o.early));
    each(find("#matters"), offered(), (m) => m.id,
      (m) => el("button", { onclick: () => matter(m.id) }, el("kbd"), el("span", {}, m.title)),
      (button, m) => {
        const key = KEYS[offered().indexOf(m)];
        say(button.firstChild, key);
        button.dataset.key = key;
        button.setAttribute("aria-pressed", String(said?.matter === m.id));
      });
    for (const button of all("[data-kind]")) button.setAttribute("aria-pressed", String(said?.kind === button.dataset.kind));
    if (said) fill(find("#given"), state("good", said.kind === "matter" ? said.title : KINDS[said.kind], "good"));
    else fill(find("#given"), o.subject && !o.early ? state("watch", "Saknas", "watch") : null);
    showDetail(said);
  }

  function showDetail(said) {
    const is = said?.kind === "matter";
    find("#detail").hidden = find("#matter").hidden = !is;
    if (!is) return;
    for (const button of all("[data-level]")) button.setAttribute("aria-pressed", String(Number(button.dataset.level) === said.level));
    const solved = find("#solved");
    solved.setAttribute("aria-pressed", String(said.solved));
    say(solved.firstChild, said.solved ? "Löst " : "Inte löst ");
    say(find("#department"), `${said.department} · klass ${said.rosa}, ${ROSA[said.rosa] ?? ""}`);
    const type = o.matters.find((m) => m.id === said.matter);
    say(find("#matter-title"), said.title);
    fill(find("#checklist"), (type?.checklist ?? []).map((line) => el("li", {}, line)));
    fill(find("#link"), type?.link ? el("a", { href: type.link, target: "_blank", rel: "noreferrer" }, "Läs mer", el("span", { class: "unseen" }, ` om ${type.title}, öppnas i ny flik`)) : null);
    if (document.activeElement !== find("#case")) find("#case").value = said.case;
  }

  // ── searching ───────────────────────────────────────────────────────────────────────────────────────────────────
  function search() {
    const words = find("#find").value.toLocaleLowerCase("sv").split(/\s+/).filter(Boolean);
    const has = (m) => words.every((word) => `${m.title} ${m.department}`.toLocaleLowerCase("sv").includes(word));
    o.found = words.length ? o.matters.filter(has).slice(0, MOST_FOUND) : [];
    o.marked = 0;
    showFound();
  }

  function showFound() {
    const box = find("#find");
    find("#found").hidden = !o.found.length;
    box.setAttribute("aria-expanded", String(o.found.length > 0));
    fill(find("#found"), o.found.map((m, i) => el("li", {
      role: "option", id: `found-${i}`, "aria-selected": String(i === o.marked), onclick: () => take(i),
    }, el("span", {}, m.title), el("span", { class: "soft small" }, m.department))));
    if (o.found.length) box.setAttribute("aria-activedescendant", `found-${o.marked}`);
    else box.removeAttribute("aria-activedescendant");
    find(`#found-${o.marked}`)?.scrollIntoView({ block: "nearest" });
  }

  function take(i) {
    const chosen = o.found[i];
    leaveSearch();
    if (chosen) matter(chosen.id);
  }

  function leaveSearch() {
    find("#find").value = "";
    search();
    find("#find").blur();
  }

  find("#find").addEventListener("input", search);
  find("#find").addEventListener("keydown", (event) => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step && o.found.length) o.marked = (o.marked + step + o.found.length) % o.found.length;
    else if (event.key === "Enter") return take(o.marked);
    else if (event.key === "Escape") return leaveSearch();
    else return undefined;
    event.preventDefault();
    return showFound();
  });
  find("#case").addEventListener("change", () => amend({ case: find("#case").value.trim() }));
  find("#case").addEventListener("keydown", (event) => { if (event.key === "Enter") find("#case").blur(); });
  for (const button of all("[data-kind]")) button.onclick = () => give({ kind: button.dataset.kind });
  for (const button of all("[data-level]")) button.onclick = () => amend({ level: Number(button.dataset.level) });
  find("#solved").onclick = () => amend({ solved: !outcome()?.solved });

  return {
    about, choose,
    offer(matters) { o.matters = matters; show(); },
    subject: () => o.subject?.call ?? "",
    key(key) {
      if (key === "i") { amend({ level: ((outcome()?.level ?? 0) % 3) + 1 }); return true; }
      if (key === "s") { find("#find").focus(); return true; }
      return false;
    },
  };
}

function told(subject, early) {
  if (!subject) return "Inget samtal än i dag.";
  const when = subject.answered_at_ms ? `besvarat ${clock(subject.answered_at_ms)}` : "";
  return early ? "Väljs när samtalet är besvarat." : [subject.queue_title, when].filter(Boolean).join(", ");
}
