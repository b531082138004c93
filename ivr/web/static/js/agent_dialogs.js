// Putting a caller through, with who can answer there now, and promising to ring back by a time.
import { act, ask, tell } from "./act.js";
import { all, el, fill, find, say } from "./dom.js";
import { now } from "./stream.js";
import { clock, span } from "./words.js";

const LEVELS = { 2: "specialist", 3: "förvaltningen" };
const STATES = { ready: "ledig", talking: "i samtal", ringing: "det ringer där", wrap_up: "i efterbehandling", not_ready: "paus" };
const DEADLINES = [["0", "Gruppens egen tid"], ["3600", "1 timme"], ["7200", "2 timmar"], ["86400", "I morgon"]];
const FEW = 9;

// ── putting through ───────────────────────────────────────────────────────────────────────────────────────────────
export async function openTargets() {
  const dialog = find("#targets");
  fill(find("#there"), el("p", { class: "soft" }, "Frågar växeln …"));
  find("#where").value = "";
  dialog.showModal();
  find("#where").focus();
  const answer = await asked("/agent/koppling");
  if (!answer) { dialog.close(); return; }
  const targets = [...answer.queues.map(toQueue), ...answer.people.map(toPerson)].sort((a, b) => Number(b.can) - Number(a.can));
  const show = () => fill(find("#there"), matching(targets, find("#where").value).map(row));
  find("#where").oninput = show;
  dialog.onkeydown = (event) => step(event);
  show();
}

async function asked(url) {
  const answer = await fetch(url, { headers: { Accept: "application/json" } }).catch(() => null);
  if (answer?.ok) return answer.json();
  tell("Växeln svarar inte just nu.", "bad");
  return null;
}

function toQueue(there) {
  const words = there.why ? there.why_words : there.ready.length ? `${listed(there.ready)} kan svara nu` : line(there);
  return { title: `${there.title}, ${LEVELS[there.level]}`, words, can: !there.why, now: there.ready.length > 0, body: { queue: there.queue, level: there.level, person: "" } };
}

function toPerson(person) {
  const words = person.why ? (person.state === "ready" ? person.why_words : STATES[person.state] ?? person.why_words) : "kan svara nu";
  return { title: person.name, words, can: !person.why, now: !person.why, body: { queue: "", level: 2, person: person.person } };
}

const listed = (names) => (names.length > 2 ? `${names[0]} och ${names.length - 1} till` : names.join(" och "));

// How many wait in a group under secrecy is told only to those who hold its clearance.
function line({ waiting, wait_ms }) {
  if (waiting === null) return "ingen ledig just nu";
  const before = waiting === 0 ? "ingen ledig, först i kön" : `ingen ledig, ${waiting} före i kön`;
  return wait_ms >= 60_000 ? `${before}, ungefär ${span(wait_ms)}` : before;
}

function matching(targets, typed) {
  const words = typed.toLocaleLowerCase("sv").split(/\s+/).filter(Boolean);
  const found = targets.filter(({ title }) => words.every((word) => title.toLocaleLowerCase("sv").includes(word)));
  return words.length ? found : [...found.filter(({ can }) => can), ...found.filter(({ can }) => !can).slice(0, FEW)];
}

function row(target) {
  return el("button", { disabled: !target.can, onclick: () => go(target) },
    el("span", {}, target.title), el("span", { class: target.now ? "good" : "soft" }, target.words));
}

async function go({ title, body }) {
  find("#targets").close();
  await act("/agent/koppling", body, `Kopplas till ${title}.`);
}

function step(event) {
  const by = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  const rows = all("#there button:not(:disabled)");
  if (event.key === "Enter" && event.target === find("#where") && rows.length) { event.preventDefault(); rows[0].click(); return; }
  if (!by || !rows.length) return;
  event.preventDefault();
  const at = rows.indexOf(document.activeElement) + by;
  (at < 0 ? find("#where") : rows[Math.min(at, rows.length - 1)]).focus();
}

// ── promising ─────────────────────────────────────────────────────────────────────────────────────────────────────
export async function openPromise(call, queues) {
  if (!call) { tell("Det finns ingen att lova något än.", "bad"); return; }
  const dialog = find("#promise");
  say(find("#promise-who"), call.state === "talking" ? "Den du talar med blir uppringd, i tur och ordning." : "Den du talade med senast blir uppringd, i tur och ordning.");
  fill(find("#promise-queue"), queues.map(({ queue, title }) => el("option", { value: queue, selected: queue === call.queue }, title)));
  fill(find("#deadlines"), DEADLINES.map(([seconds, words], i) => el("label", { class: "choice" },
    el("input", { type: "radio", name: "deadline", value: seconds, checked: i === 0 }),
    Number(seconds) && Number(seconds) < 86_400 ? `${words} (${clock(now() + Number(seconds) * 1000)})` : words)));
  find("#promise-matter").value = "";
  dialog.returnValue = "";
  dialog.onclose = () => { if (dialog.returnValue === "yes") promise(); };
  dialog.showModal();
  find("#promise-matter").focus();
}

async function promise() {
  const deadline_s = Number(find("#deadlines input:checked").value);
  await act("/agent/aterkoppling", {
    queue: find("#promise-queue").value, deadline_s, matter: find("#promise-matter").value.trim(),
  }, "Lovat. Uppringningen står i kön och larmar om den inte blir av i tid.");
}
