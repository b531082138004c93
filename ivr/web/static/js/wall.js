// The wallboard: what the stream says, every age counted on from its instant, and nothing that is not in it.
import { each, el, fill, find, icon, say } from "./dom.js";
import { follow, now } from "./stream.js";
import { picture } from "./trend.js";
import { clock, day, percent, running, whole } from "./words.js";

const STATES = { good: "Lugnt", watch: "Ansträngt", bad: "Kritiskt", closed: "Stängt" };
const DOES = { ready: "Lediga", ringing: "Ringer", talking: "Samtal", wrap_up: "Efterarbete", not_ready: "Paus" };
const WHY = {
  rona: "svarade inte", declined: "tryckte bort", phone_fault: "telefonfel", dead_air: "inget ljud", parked: "har parkerat",
  phone: "telefonen", transferred: "kopplar", prolonged: "förlängd",
};
const PARTNER = {
  open: ["good", "Öppet"], closed: ["closed", "Stängt"], spent: ["watch", "Dagens minuter är slut"],
  unreachable: ["bad", "Nås inte"], circuit_open: ["bad", "Avstängt efter fel"], "": ["closed", "Okänt läge"],
};
const NONE = "–";

const wall = find("#wall");
let seen = null;
let complete = true;

// ── figures ──
const number = (value) => (typeof value === "number" ? whole(value) : value);
const share = (level) => (level ? percent(level.percent) : NONE);
const age = (since_ms) => (since_ms ? running(now() - since_ms) : NONE);
const minutes = (from, to) => (from === to ? `${from} min` : `${from}–${to} min`);
const some = (value) => (value ? number(value) : NONE);

function cell(name, kind = "") {
  return el("td", { role: "cell", class: `number ${kind}`, "data-cell": name },
    el("span", { class: "label" }, name), el("span", { class: "value" }));
}

const CELLS = [
  ["Väntar", "now", "waiting", (line) => number(line.waiting)],
  ["Längst", "now", "longest", (line) => age(line.oldest_ms)],
  ["Beräknad", "", "estimate", (line) => (line.foreseen_min ? minutes(...line.foreseen_min) : NONE)],
  ["Nivå i dag", "", "level", (line) => share(line.level)],
  ["30 min", "", "recent", (line) => share(line.recent)],
  ["Besvarade", "", "answered", (line) => number(line.answered)],
  ["Lade på", "", "abandoned", (line) => number(line.abandoned)],
  ["Ut", "rare", "out", (line) => some(line.out)],
  ["In", "rare", "in", (line) => some(line.in)],
];

function line_row() {
  const title = el("th", { scope: "row", role: "rowheader" },
    el("span", { class: "title" }), el("span", { class: "state" }));
  return el("tr", { role: "row" }, title, CELLS.map(([name, kind]) => cell(name, kind)));
}

function show_line(row, line) {
  row.dataset.state = line.state;
  say(find(".title", row), line.title);
  const word = [STATES[line.state], line.why, opens(line), rung(line)].filter(Boolean).join(" · ");
  const state = find(".state", row);
  if (state.dataset.word !== line.state + word) {
    state.dataset.word = line.state + word;
    state.className = `state ${line.state === "closed" ? "soft" : line.state}`;
    fill(state, icon(line.state), el("span", {}, word));
  }
  CELLS.forEach(([, , which, value], i) => {
    const at = row.cells[i + 1];
    const words = value(line);
    say(at.lastElementChild, words);
    at.classList.toggle("nothing", words === NONE || words === "0");
    at.classList.toggle("marked", line.which === which && words !== NONE);
  });
}

const opens = (line) => (line.opens_ms ? `öppnar ${when(line.opens_ms)}` : "");
const when = (at_ms) => (day(at_ms) === day(now()) ? clock(at_ms) : `${day(at_ms).split(" ")[0]} ${clock(at_ms)}`);

function rung(line) {
  if (!line.callbacks) return "";
  return `${number(line.callbacks)} ska ringas upp${line.overdue ? `, ${number(line.overdue)} försenat` : ""}`;
}

// ── all of it ──
function show_sums({ whole: all_of_it, callers, counted, level, public: hidden }) {
  const put = (name, value, under) => {
    say(find(`[data-figure="${name}"]`), value);
    say(find(`[data-under="${name}"]`), under);
  };
  const there = Object.values(counted);
  const busy = `${number(all_of_it.talking)} i samtal`;
  put("waiting", number(all_of_it.waiting), all_of_it.callbacks ? `${number(all_of_it.callbacks)} ska ringas upp` : busy);
  // Since when somebody waits under secrecy is not told: that is no reason to say that nobody does.
  const nobody = all_of_it.waiting ? "" : "ingen väntar";
  put("longest", age(all_of_it.oldest_ms), all_of_it.oldest_ms ? `sedan ${clock(all_of_it.oldest_ms)}` : nobody);
  put("level", share(all_of_it.level), `30 min: ${share(all_of_it.recent)} · inom ${level.within_s} s`);
  put("answered", number(all_of_it.answered), through(callers));
  put("abandoned", number(all_of_it.abandoned), lost(all_of_it));
  put("ready", number(counted.ready), hidden ? "" : `av ${there.reduce((sum, n) => sum + n, 0)} inloggade`);
}

// One who rings three times and is answered once has got through; three who ring once each are another matter.
function through(callers) {
  if (!callers?.of) return "i dag";
  return `${whole(callers.of)} ringde, ${whole(callers.through)} kom fram`;
}

function lost({ abandoned, answered }) {
  const all_in = abandoned + answered;
  return typeof all_in === "number" && all_in ? `${percent(Math.round((100 * abandoned) / all_in))} av dem som köat` : "i dag";
}

function show_switched({ switched, paused }) {
  const words = switched.map(({ what, how, until_ms }) => {
    const until = until_ms ? ` till ${when(until_ms)}` : "";
    if (what === "crisis") return `Krismeddelande är på${until}.`;
    return `${how === "open" ? "Öppet" : "Stängt"} för hand${until}.`;
  });
  if (paused) words.push("Inga samtal erbjuds just nu.");
  if (!complete) words.push("Dagens siffror är inte fullständiga: loggen går inte att läsa.");
  find("#switched").hidden = !words.length;
  say(find("#switched"), words.join(" "));
}

// ── people and partners ──
function group_of(state) {
  return el("section", { class: "group" },
    el("h3", { class: state === "ready" ? "good" : "" }, icon(state), el("span", {}, DOES[state]), el("span", { class: "many" })),
    el("ul", {}));
}

function show_people({ people, counted, public: hidden }) {
  const groups = Object.keys(DOES).filter((state) => counted[state] || state === "ready");
  find("#people").classList.toggle("public-people", hidden);
  each(find("#people"), groups, (state) => state, group_of, (section, state) => {
    say(find(".many", section), number(counted[state]));
    each(find("ul", section), people.filter((one) => one.state === state), (one) => one.id, person, show_person);
    find("ul", section).hidden = hidden;
  });
}

const person = () => el("li", {}, el("span", { class: "name" }), el("span", { class: "reason" }), el("span", { class: "time" }));

function show_person(item, one) {
  say(find(".name", item), one.name);
  say(find(".reason", item), one.state === "not_ready" ? (WHY[one.reason] ?? one.reason) : "");
  say(find(".time", item), one.since_ms ? age(one.since_ms) : "");
}

function show_partners({ partners }) {
  each(find("#partners"), partners, (one) => one.id,
    () => el("div", { class: "partner" }, el("h3", {}), el("p", { class: "state" }), el("p", { class: "lines-out" })),
    (item, one) => {
      const [kind, word] = PARTNER[one.state] ?? PARTNER[""];
      say(find("h3", item), one.title);
      const state = find(".state", item);
      state.className = `state ${kind === "closed" ? "soft" : kind}`;
      fill(state, icon(kind), el("span", {}, word));
      fill(find(".lines-out", item), el("span", {}, `${number(one.busy)} av ${one.lines} linjer`),
        el("span", {}, `${number(one.talks)} samtal i dag`));
    });
}

// ── the day ──
const draw = picture(find("#picture"));

function show_trend({ trend, day_starts_ms }) {
  draw(trend, day_starts_ms);
  const cells = (some_) => [some_.entered, some_.answered, some_.abandoned].map(number).concat(share(some_.level));
  each(find("#quarters"), trend, (one) => one.at_ms,
    (one) => el("tr", {}, el("th", { scope: "row" }, clock(one.at_ms)), [0, 1, 2, 3].map(() => el("td", { class: "number" }))),
    (row, one) => cells(one).forEach((words, i) => say(row.cells[i + 1], words)));
}

// ── all together ──
function show(view) {
  seen = view;
  find("#none").hidden = true;
  each(find("#lines"), view.queues, (line) => line.id, line_row, show_line);
  show_sums(view);
  show_switched(view);
  show_people(view);
  show_partners(view);
  show_trend(view);
}

function tick() {
  say(find("#clock"), clock(now()));
  if (!seen || document.documentElement.hasAttribute("data-stale")) return;
  each(find("#lines"), seen.queues, (line) => line.id, line_row, show_line);
  show_sums(seen);
  show_people(seen);
}

function hear(beat) {
  if (complete === (beat.complete ?? true)) return;
  complete = !complete;
  if (seen) show_switched(seen);
}

follow(wall.dataset.stream, { board: show, public: show, beat: hear });
document.addEventListener("stream-beat", tick, { once: true });
setInterval(tick, 1000);

// ── how it is looked at ──
const root = document.documentElement;
function theme(name) {
  root.dataset.theme = name;
  find("#theme").setAttribute("aria-pressed", String(name === "light"));
  localStorage.setItem("tavla-theme", name);
  if (seen) draw.again();
}
find("#theme").addEventListener("click", () => theme(root.dataset.theme === "light" ? "dark" : "light"));
if (localStorage.getItem("tavla-theme") === "light") theme("light");
find("#full").addEventListener("click", () => (document.fullscreenElement ? document.exitFullscreen() : root.requestFullscreen()));
if (wall.dataset.public === "ja") {
  const awake = () => navigator.wakeLock?.request("screen").catch(() => {});
  document.addEventListener("visibilitychange", () => { if (!document.hidden) awake(); });
  awake();
}
