// /vaxel: the line and who waits for whom, the viewer's own phone, and what is parked. What is so, the stream says.
import { act, tell } from "./act.js";
import { chip, each, el, fill, find, icon, say, state } from "./dom.js";
import { showPeople, tickPeople } from "./operator_people.js";
import { showSwitches } from "./operator_switches.js";
import { search } from "./person_search.js";
import { follow, now } from "./stream.js";
import { tabs } from "./sure.js";
import { clock, running } from "./words.js";

const DOES = {
  logged_out: ["logged_out", "Inte inloggad", ""], ready: ["ready", "Ledig", "good"], ringing: ["ringing", "Det ringer hos dig", "accent"],
  talking: ["talking", "I samtal", "accent"], wrap_up: ["wrap_up", "Efterbehandling", "watch"], not_ready: ["not_ready", "Paus", ""],
};
const IN_LINE = new Set(["waiting", "offered", "away", "callback", "callback_offered", "calling_back"]);
const CALLBACKS = new Set(["callback", "callback_offered", "calling_back"]);
const LONG_MS = 120_000;
const languages = new Intl.DisplayNames("sv", { type: "language" });

const board = find("#board");
const agent = board.dataset.agent;
let view = null;
let people = null;

// ── what the stream says ──
function take(body) {
  view = body;
  const names = Object.fromEntries(view.agents.map((a) => [a.id, a.name]));
  const titles = Object.fromEntries(view.queues.map((q) => [q.id, q.title]));
  const secret = new Set(view.queues.filter((q) => q.clearance).map((q) => q.id));
  showGroups(view.queues);
  showMine(titles);
  showParked(names, titles);
  showLine(names, titles, secret);
  showPeople(view.agents, titles);
  showSwitches(view);
  people?.draw();
  tick();
}

const me = () => view?.agents.find((a) => a.id === agent);
const mayPick = () => Boolean(me()) && ["ready", "wrap_up", "not_ready"].includes(me().state);

function showGroups(queues) {
  const choice = find("#group");
  if (choice.options.length === queues.length + 1) return;
  fill(choice, el("option", { value: "" }, "Alla grupper"), queues.map((q) => el("option", { value: q.id }, q.title)));
}

// ── the viewer's own phone ──
function showMine(titles) {
  const mine = me();
  if (!mine) return;
  const [sign, word, kind] = DOES[mine.state];
  const line = find("#mine");
  fill(line, icon(sign), el("span", {}, mine.phone === "unreachable" ? "Telefonen är inte ansluten" : word));
  if (mine.reason === "parked") line.append(" · ett samtal parkerat");
  line.className = `state ${mine.phone === "unreachable" ? "bad" : kind}`;
  const call = view.calls.find((c) => c.id && c.agent === agent);
  say(find("#mine-call"), call ? titles[call.queue] ?? "" : mayPick() ? "" : mine.state === "logged_out" ? "Logga in telefonen för att kunna ta samtal." : "");
  find("#parking").hidden = mine.state !== "talking" || !call || call.state !== "talking";
  tickMine();
}

function tickMine() {
  const mine = me();
  if (mine) say(find("#mine-since"), mine.state === "logged_out" ? "" : running(now() - mine.since_ms));
}

find("#parking")?.addEventListener("submit", (event) => {
  event.preventDefault();
  doing(find("#park"), "/vaxel/parkera", { after_s: Number(find("#park-for").value) });
});

// ── parked ──
function showParked(names, titles) {
  const parked = view.calls.filter((c) => c.state === "parked");
  find("#parked").hidden = parked.length === 0;
  each(find("#parked-calls"), parked, (c) => c.id ?? `${c.queue}/${c.entered_at_ms}`, () => el("li"), (line, c) => {
    if (changed(line, c, mayPick())) {
      const whose = c.secret ? "" : c.parked_by === agent ? "Parkerat av dig" : `Parkerat av ${names[c.parked_by] ?? "någon"}`;
      fill(line, el("span", {}, el("span", { class: "for" }, titles[c.queue] ?? c.queue), el("span", { class: "soft" }, whose)),
        el("span", { class: "wait", "data-left": c.until_ms || null, "data-since": c.since_ms }),
        c.id && agent ? el("button", { type: "button", disabled: !mayPick(), onclick: (e) => pick(e, c) }, "Hämta") : null);
    }
  });
}

// ── the line ──
function showLine(names, titles, secret) {
  const chosen = find("#group").value;
  const all = view.calls.filter((c) => IN_LINE.has(c.state) && (c.queue || c.state === "offered"));
  const here = all.filter((c) => !chosen || c.queue === chosen).sort((a, b) => since(a) - since(b));
  const unseen = view.queues.filter((q) => (!chosen || q.id === chosen) && (q.unseen.waiting || q.unseen.callbacks));
  const many = here.filter((c) => !CALLBACKS.has(c.state)).length;
  say(find("#waiting-many"), [many, ...unseen.map((q) => q.unseen.waiting).filter(Boolean)].join(" + "));
  say(find("#elsewhere"), elsewhere());
  const rows = [...here, ...unseen];
  find("#nobody").hidden = rows.length > 0;
  find(".calls-table").hidden = rows.length === 0;
  const key = (c) => (c.unseen ? `unseen/${c.id}` : c.id ?? `${c.queue}/${c.entered_at_ms}/${c.since_ms}`);
  each(find("#waiting"), rows, key, () => el("tr"), (row, c) => {
    if (changed(row, c.unseen ?? c, mayPick())) c.unseen ? fillUnseen(row, c) : fillRow(row, c, { names, titles, secret });
  });
}

// Of calls under secrecy that the viewer may not hear: that they wait, and nothing of each.
function fillUnseen(row, { title, unseen }) {
  const late = unseen.overdue ? `, ${unseen.overdue} försenade` : "";
  const words = [unseen.waiting ? `${unseen.waiting} väntar` : "", unseen.callbacks ? `${unseen.callbacks} ska ringas upp${late}` : ""];
  fill(row,
    el("td", { class: "nowrap soft" }, "–"),
    el("td", {}, el("span", { class: "row" }, el("span", { class: "for" }, title), chip("lock", "Sekretess"))),
    el("td", {}, words.filter(Boolean).join(" · ")),
    el("td", {}));
}

const since = (call) => call.entered_at_ms || call.since_ms;

function elsewhere() {
  const count = (...states) => view.calls.filter((c) => states.includes(c.state)).length;
  const menu = count("menu", "naming");
  const talking = count("talking");
  return [menu ? `${menu} i menyn` : "", talking ? `${talking} i samtal` : ""].filter(Boolean).join(" · ");
}

function fillRow(row, call, { names, titles, secret }) {
  const to = call.queue ? titles[call.queue] ?? call.queue : "En person i katalogen";
  const foreign = call.language && call.language !== board.dataset.houseLanguage;
  const notes = [
    foreign ? el("span", { class: "chip" }, languages.of(call.language)) : null,
    secret.has(call.queue) || call.clearance ? chip("lock", "Sekretess") : null,
  ];
  fill(row,
    el("td", { class: "nowrap" }, el("span", { class: "wait", "data-since": since(call) }),
      el("span", { class: "long watch" }, icon("watch"), el("span", { class: "unseen" }, "Har väntat länge"))),
    el("td", {}, el("span", { class: "row" }, el("span", { class: "for" }, to), notes)),
    el("td", {}, doing_now(call, names)),
    el("td", {}, button(call)));
}

function doing_now(call, names) {
  const who = names[call.agent];
  if (call.state === "offered") return state("ringing", who ? `Ringer hos ${call.agent === agent ? "dig" : who}` : "Ringer", "accent");
  if (call.state === "away") return state("watch", "I reservläget", "watch");
  if (call.state === "callback") return el("span", {}, state("callback", "Ska ringas upp", call.overdue ? "bad" : ""), call.due_ms ? el("span", { class: "soft" }, ` senast ${clock(call.due_ms)}`) : "");
  if (CALLBACKS.has(call.state)) return state("callback", who ? `Rings upp av ${who}` : "Rings upp", "accent");
  return el("span", {}, call.transfers ? "Väntar, kopplad hit" : "Väntar");
}

function button(call) {
  if (!call.id || !agent || !["waiting", "callback"].includes(call.state)) return null;
  return el("button", { type: "button", disabled: !mayPick(), onclick: (event) => pick(event, call) }, "Ta samtalet");
}

const pick = (event, call) => doing(event.currentTarget, "/vaxel/plocka", { call: call.id });

// ── acts ──
async function doing(button, url, body) {
  button.disabled = true;
  const answer = await act(url, body);
  if (answer.ok) tell(answer.body.told);
  button.disabled = false;
}

function changed(element, item, more) {
  const shown = JSON.stringify([item, more]);
  if (element.dataset.shown === shown) return false;
  element.dataset.shown = shown;
  return true;
}

// ── time ──
function tick() {
  for (const span of board.querySelectorAll("[data-since]")) {
    const waited = now() - Number(span.dataset.since);
    const left = Number(span.dataset.left ?? 0);
    say(span, left ? `åter om ${running(Math.max(0, left - now()))}` : running(waited));
    span.closest("tr")?.toggleAttribute("data-long", waited > LONG_MS);
  }
  tickMine();
  tickPeople();
}

const toThem = (person) => {
  const can = me()?.state === "talking" && person.agent && person.agent !== agent;
  return can ? el("button", { type: "button", class: "do", onclick: (e) => doing(e.currentTarget, "/vaxel/koppla", { agent: person.agent }) }, `Koppla till ${person.name.split(" ")[0]}`) : null;
};

find("#group").addEventListener("change", () => take(view));
tabs(find(".tablist"));
people = search({ offer: toThem });
follow("/api/stream/board?page=vaxel", { board: take });
setInterval(() => { if (view) tick(); }, 500);
