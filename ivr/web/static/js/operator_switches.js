// Opening hours and the message that everybody hears first: how they stand, and switching them by hand.
import { act, tell } from "./act.js";
import { each, el, fill, find, icon, say, state } from "./dom.js";
import { now } from "./stream.js";
import { sure } from "./sure.js";
import { clock, day } from "./words.js";

const ASK_MS = 60_000;
const WAYS = [["open", "Öppet"], ["closed", "Stängt"], ["schedule", "Som vanligt"]];
let switched = "";
let messages = [];

// Asked for when the stream says that something was switched; hours also change by themselves.
export function showSwitches(view) {
  const told = JSON.stringify([view.hours, view.crisis]);
  if (told === switched) return;
  switched = told;
  look();
  showSwitched(view);
}

// What is switched by hand, at the head of the page: easily forgotten, and it concerns everybody who rings.
function showSwitched({ hours, crisis }) {
  const named = Object.entries(hours).map(([name, h]) => `${name ? titleOf(name) : "Hela växeln"} är ${h.how === "open" ? "öppen" : "stängd"} för hand av ${h.by}${until(h)}`);
  const told = crisis ? [...named, `Alla som ringer hör ett meddelande först, av ${crisis.by}${until(crisis)}`] : named;
  find("#switched").hidden = told.length === 0;
  fill(find("#switched"), icon("watch"), el("span", {}, `${told.join(". ")}.`));
}

const until = ({ until_ms }) => (until_ms ? ` till ${clock(until_ms)}` : " tills vidare");
const titleOf = (name) => name.charAt(0).toUpperCase() + name.slice(1).replaceAll("_", " ");
setInterval(look, ASK_MS);

async function look() {
  const answer = await fetch("/vaxel/lage", { headers: { Accept: "application/json" } }).catch(() => null);
  if (!answer?.ok) { switched = ""; return; }
  const body = await answer.json();
  messages = body.messages;
  each(find("#openings"), body.openings, (o) => `hours-${o.hours}`, () => el("li"), showOpening);
  showMessages();
  showCrisis(body.crisis);
}

// ── hours ──
function showOpening(line, opening) {
  const shown = JSON.stringify(opening);
  if (line.dataset.shown === shown) return;
  line.dataset.shown = shown;
  const forced = opening.forced;
  const how = forced?.how ?? "schedule";
  fill(line, el("h3", { id: `title-${opening.hours}` }, opening.title), el("p", {}, words(opening)),
    el("div", { class: "row", role: "group", "aria-labelledby": `title-${opening.hours}` },
      WAYS.map(([way, word]) => el("button", { type: "button", "aria-pressed": String(way === how), onclick: () => force(opening, way) }, word))));
}

function words({ is_open, known, changes_ms, forced, by_house }) {
  if (forced) return [state(forced.how === "open" ? "good" : "closed", `${forced.how === "open" ? "Öppet" : "Stängt"} för hand`, "watch"), by(forced)];
  if (by_house) return state(is_open ? "good" : "closed", `${is_open ? "Öppet" : "Stängt"} som hela växeln`, "watch");
  if (!known) return el("span", { class: "soft" }, "Varje nummer och grupp har sina egna tider.");
  const until = changes_ms > now() && changes_ms < now() + 30 * 86_400_000 ? `${is_open ? " till" : ", öppnar"} ${soon(changes_ms)}` : "";
  return state(is_open ? "good" : "closed", `${is_open ? "Öppet" : "Stängt"}${until}`, is_open ? "good" : "");
}

const by = ({ by: who, until_ms }) => el("span", { class: "soft small" }, ` av ${who}${until_ms ? `, till ${clock(until_ms)}` : ", tills vidare"}`);
const soon = (at_ms) => (day(at_ms) === day(now()) ? clock(at_ms) : `${day(at_ms)} ${clock(at_ms)}`);

async function force({ hours, title, forced }, how) {
  if (how === (forced?.how ?? "schedule")) return;
  const [question, text, yes, kind] = {
    open: [`Hålla öppet: ${title}?`, "Alla som ringer släpps in till midnatt, vad öppettiderna än säger.", "Håll öppet", "primary"],
    closed: [`Stänga: ${title}?`, "Alla som ringer hör att det är stängt, till midnatt. De som redan står i kö blir besvarade.", "Stäng", "danger"],
    schedule: [`Tillbaka till öppettiderna: ${title}?`, "Det som är ställt för hand gäller inte längre.", "Som vanligt", "primary"],
  }[how];
  if (await sure(question, text, yes, kind)) done(await act("/vaxel/oppettider", { hours, how }));
}

// ── the message ──
function showMessages() {
  find("#no-messages").hidden = messages.length > 0;
  find("#crisis-form").hidden = messages.length === 0;
  each(find("#messages"), messages, (m) => m.prompt, (m) => el("label", {},
    el("input", { type: "radio", name: "message", value: m.prompt, required: true }), el("span", {}, m.text)), () => {});
}

function showCrisis(crisis) {
  find("#crisis-on").hidden = !crisis;
  if (!crisis) return;
  say(find("#crisis-text"), messages.find((m) => m.prompt === crisis.prompt)?.text ?? crisis.prompt);
  say(find("#crisis-by"), `Av ${crisis.by}${crisis.instead ? ", i stället för menyn" : ""}${crisis.until_ms ? `, till ${clock(crisis.until_ms)}` : ", tills vidare"}`);
}

find("#crisis-form").addEventListener("submit", async (event) => {
  event.preventDefault();
  const chosen = find("#messages input:checked");
  const text = messages.find((m) => m.prompt === chosen.value).text;
  const [instead, until_midnight] = [find("#instead").checked, find("#midnight").checked];
  const where = instead ? "i stället för menyn" : "före hälsningen";
  if (await sure("Läsa meddelandet för alla som ringer?", `”${text}” hörs ${where}, ${until_midnight ? "till midnatt" : "tills någon slår av det"}.`, "Läs för alla", "danger")) {
    done(await act("/vaxel/krismeddelande", { prompt: chosen.value, instead, until_midnight }));
  }
});

find("#crisis-off").addEventListener("click", async () => {
  if (await sure("Sluta läsa meddelandet?", "Den som ringer härnäst hör hälsningen direkt.", "Sluta läsa")) {
    done(await act("/vaxel/krismeddelande", { prompt: "", instead: false, until_midnight: false }));
  }
});

function done(answer) {
  if (answer.ok) tell(answer.body.told);
}
