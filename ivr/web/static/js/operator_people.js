// Who is at work, what they do, moving them between groups, and logging out whoever has forgotten to.
import { act, tell } from "./act.js";
import { chip, each, el, fill, find, say, state } from "./dom.js";
import { now } from "./stream.js";
import { sure } from "./sure.js";
import { clock, running } from "./words.js";

const ORDER = ["ready", "wrap_up", "ringing", "talking", "not_ready", "logged_out"];
const DOES = {
  ready: ["ready", "Ledig", "good"], ringing: ["ringing", "Ringer", "accent"], talking: ["talking", "I samtal", "accent"],
  wrap_up: ["wrap_up", "Efterbehandling", "watch"], not_ready: ["not_ready", "Paus", ""], logged_out: ["logged_out", "Inte inloggad", ""],
};
const WHY = { rona: "svarade inte", declined: "tryckte bort", phone_fault: "telefonfel", dead_air: "inget ljud", parked: "har parkerat" };

export function showPeople(agents, titles) {
  const sorted = [...agents].sort((a, b) => ORDER.indexOf(a.state) - ORDER.indexOf(b.state) || a.name.localeCompare(b.name, "sv"));
  const [here, out] = [sorted.filter((a) => a.state !== "logged_out"), sorted.filter((a) => a.state === "logged_out")];
  const free = here.filter((a) => a.state === "ready").length;
  say(find("#people-sum"), here.length ? `${here.length} inloggade, ${free} ${free === 1 ? "ledig" : "lediga"}` : "Ingen är inloggad.");
  say(find("#out-many"), `(${out.length})`);
  each(find("#people-here"), here, (a) => a.id, () => el("li"), (line, a) => update(line, a, titles));
  each(find("#people-out"), out, (a) => a.id, () => el("li"), (line, a) => update(line, a, titles));
}

function update(line, person, titles) {
  const shown = JSON.stringify(person);
  if (line.dataset.shown === shown) return;
  line.dataset.shown = shown;
  const [sign, word, kind] = DOES[person.state];
  const why = person.state === "logged_out" ? "" : WHY[person.reason] ?? (person.state === "not_ready" ? person.reason : "");
  const groups = person.own.map((q) => titles[q]).filter(Boolean);
  fill(line,
    el("span", { class: "name" }, person.name, " ", person.moved ? chip("good", "Flyttad", "accent") : null),
    el("span", { class: "acts" },
      el("button", { type: "button", class: "quiet", "aria-label": `Flytta ${person.name} …`, onclick: () => move(person) }, "Flytta"),
      person.state === "logged_out" ? null
        : el("button", { type: "button", class: "quiet", "aria-label": `Logga ut ${person.name} …`, onclick: () => logOut(person) }, "Logga ut")),
    el("span", { class: "doing" }, state(sign, why ? `${word}: ${why}` : word, kind),
      person.state === "logged_out" || !person.since_ms ? null : el("span", { class: "soft", "data-doing": person.since_ms }),
      person.page_lost_since_ms ? el("span", { class: "watch" }, "sidan är stängd") : null),
    el("span", { class: "groups", title: groups.join(", ") }, groups.join(" · ")));
}

export function tickPeople() {
  for (const span of document.querySelectorAll("[data-doing]")) say(span, running(now() - Number(span.dataset.doing)));
}

// ── acts ──
async function logOut(person) {
  const talks = ["talking", "ringing"].includes(person.state);
  const text = talks ? "Samtalet som pågår störs inte: utloggningen sker när det är slut." : "Inga fler samtal kopplas dit förrän personen loggar in igen.";
  if (await sure(`Logga ut ${person.name}?`, text, "Logga ut", "danger")) told(await act("/vaxel/logga-ut", { agent: person.id }));
}

async function move(person) {
  const answer = await fetch(`/vaxel/grupper/${encodeURIComponent(person.id)}`, { headers: { Accept: "application/json" } }).catch(() => null);
  if (!answer?.ok) { tell("Växeln svarar inte just nu.", "bad"); return; }
  const { name, groups, moved } = await answer.json();
  const dialog = find("#moving");
  say(find("#moving-title"), `Flytta ${name}`);
  say(find("#moving-now"), moved ? `Flyttad av ${moved.who}, till ${clock(moved.until_ms)}.` : "Svarar nu i sina vanliga grupper.");
  fill(find("#moving-groups"), groups.map(choice));
  find("#moving-back").hidden = !moved;
  dialog.returnValue = "no";
  dialog.showModal();
  dialog.addEventListener("close", () => decided(dialog, person), { once: true });
}

function choice(group) {
  const hint = !group.may ? "saknar behörighet" : group.written ? "vanlig grupp" : "";
  return el("label", { class: "choice" },
    el("input", { type: "checkbox", value: group.queue, checked: group.own, disabled: !group.may }),
    el("span", {}, group.title, hint ? el("span", { class: "hint" }, ` · ${hint}`) : ""));
}

async function decided(dialog, person) {
  const chosen = [...dialog.querySelectorAll("input:checked")].map((input) => input.value);
  if (dialog.returnValue === "back") told(await act("/vaxel/flytta", { agent: person.id, groups: [] }));
  else if (dialog.returnValue === "move" && chosen.length === 0) tell("Välj minst en grupp, eller logga ut personen.", "bad");
  else if (dialog.returnValue === "move") told(await act("/vaxel/flytta", { agent: person.id, groups: chosen }));
}

function told(answer) {
  if (answer.ok) tell(answer.body.told);
}
