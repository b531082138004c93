// /agent: what the person does, the call that is theirs, and the keys for all of it.
// The page only shows and asks. What is so, the stream says; a page that is lost changes nothing at the telephone.
import { act, tell } from "./act.js";
import { showCall, tickCall } from "./agent_call.js";
import { openPromise, openTargets } from "./agent_dialogs.js";
import { listen, openHelp } from "./agent_keys.js";
import { createOutcome } from "./agent_outcome.js";
import { showTalks } from "./agent_talks.js";
import { all, each, el, fill, find, icon, say } from "./dom.js";
import { follow, now } from "./stream.js";
import { running } from "./words.js";

const WORDS = {
  logged_out: "Utloggad", ready: "Redo", ringing: "Det ringer", talking: "I samtal", wrap_up: "Efterbehandling", not_ready: "Paus",
};
const KINDS = { ready: "good", ringing: "accent", talking: "accent", wrap_up: "watch", not_ready: "", logged_out: "" };
const PHONES = { unreachable: "Telefonen är inte ansluten. Inga samtal kommer fram förrän den är det." };
const LONGER_S = 60;
const AFTER_MS = 700;  // the log has a talk's end a moment after the stream does

const desk = { view: null, choices: { matters: [], pauses: [], queues: [] }, person: {}, talks: [], last: null, asked: {}, title: document.title };
const outcome = createOutcome({ changed: refreshTalks });

// ── what the stream says ──────────────────────────────────────────────────────────────────────────────────────────
function take(view) {
  const before = desk.view;
  desk.view = view;
  if (before?.me.state !== view.me.state || before?.me.reason !== view.me.reason) askPerson();
  if (before && before.plan !== view.plan) askChoices();
  const call = view.call?.hidden ? null : view.call;
  if (isNew(before?.call, view.call) && view.call.rings) ring(view.call);
  if (before?.call && before.call.call !== view.call?.call) setTimeout(refreshTalks, AFTER_MS);
  if (call && call.state === "talking") desk.last = call;
  showMe(view.me);
  showCall(view.call, view.me, desk.asked, desk.person);
  showLines(view);
  outcome.about(call ?? desk.last, desk.talks, Boolean(call) && call.state !== "talking");
  showTalks(desk.talks, outcome.subject(), choose);
  tick();
}

const isNew = (before, after) => after && (before?.call !== after.call || before?.state !== after.state);

function ring(call) {
  outcome.choose("");
  say(find("#heard"), call.hidden ? "Det ringer." : `Det ringer: ${call.queue_title}. ${call.why}`);
}

function showMe(me) {
  const paused = me.state === "not_ready" && me.reason_words;
  const words = paused ? `Paus: ${me.reason_words}` : WORDS[me.state] ?? me.state;
  const late = me.state === "wrap_up" && me.reason === "transferred" ? " (kopplingen väntar på svar)" : "";
  fill(find("#mine"), icon(me.state), el("span", {}, words + late + after()));
  find("#mine").className = `state ${KINDS[me.state] ?? ""}`;
  const [out, wraps] = [me.state === "logged_out", me.state === "wrap_up"];
  const lost = out && me.phone === "unreachable";
  shown({ login: out, ready: wraps || me.state === "not_ready" || Boolean(after()), pause: !out, more: wraps && me.reason !== "transferred", logout: !out });
  say(find("#ready").firstChild, wraps ? "Klar, redo " : after() ? "Ändra till redo " : "Redo ");
  find("#login").disabled = lost;
  find("#phone").hidden = !PHONES[me.phone];
  say(find("#phone"), PHONES[me.phone] ?? "");
  document.title = me.state === "ringing" ? `● Det ringer · ${desk.title}` : desk.title;
}

function after() {
  if (!desk.person.intends || !["talking", "ringing"].includes(desk.view?.me.state)) return "";
  return desk.person.intends === "logged_out" ? ", sedan utloggad" : `, sedan paus: ${desk.person.intends_reason}`;
}

function shown(by_id) {
  for (const [id, is] of Object.entries(by_id)) find(`#${id}`).hidden = !is;
}

function showLines(view) {
  find("#idle").hidden = Boolean(view.call) || !view.lines.length;
  each(find("#lines"), view.lines, (line) => line.queue,
    () => el("li", {}, el("span"), el("span", { class: "nowrap" }), el("span", { class: "soft nowrap" })),
    (row, line) => {
      const [title, count, longest] = row.children;
      say(title, line.title);
      say(count, line.waiting ? `${line.waiting} väntar` : "ingen väntar");
      longest.dataset.since = line.waiting ? line.since_ms : "";
      if (!line.waiting) say(longest, "");
    });
}

// ── time passes ───────────────────────────────────────────────────────────────────────────────────────────────────
function tick() {
  const me = desk.view?.me;
  if (!me) return;
  say(find("#since"), me.since_ms ? running(now() - me.since_ms) : "");
  const counts = me.state === "wrap_up" || (me.state === "not_ready" && me.until_ms > 0);
  find("#countdown").hidden = !counts || !me.until_ms;
  if (counts) say(find("#countdown"), `${running(Math.max(me.until_ms - now() + 999, 0))} kvar`);
  for (const one of all("[data-since]")) if (one.dataset.since) say(one, `längst ${running(now() - Number(one.dataset.since))}`);
  tickCall(desk.view.call);
}

// ── what the person does ──────────────────────────────────────────────────────────────────────────────────────────
async function be(what, reason = "") {
  const answer = await act("/agent/lage", { what, reason });
  if (answer.ok) known(answer.body);
}

function known(person) {
  desk.person = person;
  if (!desk.view) return;
  showMe(desk.view.me);
  showCall(desk.view.call, desk.view.me, desk.asked, person);
}

async function askPerson() {
  const answer = await get("/agent/person");
  if (answer) known(answer);
}

async function get(url) {
  try {
    const answer = await fetch(url, { headers: { Accept: "application/json" } });
    return answer.ok ? await answer.json() : null;
  } catch {
    return null;  // the banner says that nobody answers
  }
}

async function askChoices() {
  const choices = await get("/agent/val");
  if (!choices) return;
  desk.choices = choices;
  outcome.offer(choices.matters);
  if (desk.view) take(desk.view);
}

async function refreshTalks() {
  const answer = await get("/agent/dag");
  if (!answer) return;
  desk.talks = answer.calls;
  desk.last ??= desk.talks.find((talk) => !talk.hidden) ?? null;
  if (desk.view) take(desk.view);
}

function choose(talk) {
  outcome.choose(talk.call, talk);
  if (desk.view) take(desk.view);
  find("#outcome").scrollIntoView({ block: "nearest" });
}

async function showNumber() {
  const call = desk.view?.call;
  if (!call?.number) return tell("Det finns inget nummer att visa.", "bad");
  const answer = await act("/agent/nummer", { call: call.call });
  if (answer.ok) desk.asked = { call: call.call, number: answer.body.number };
  if (desk.view) take(desk.view);
}

function openPause() {
  const talks = ["talking", "ringing"].includes(desk.view?.me.state);
  say(find("#pauses-when"), talks ? "Pausen börjar när samtalet är slut." : "Inga samtal kommer förrän du är redo igen.");
  const reasons = desk.choices.pauses.length ? desk.choices.pauses : [{ key: "1", reason: "" }];
  fill(find("#reasons"), reasons.map(({ key, reason }) =>
    el("button", { "data-key": key, onclick: () => { find("#pauses").close(); be("pause", reason); } },
      el("kbd", {}, key), reason ? reason[0].toUpperCase() + reason.slice(1) : "Paus")));
  find("#pauses").showModal();
}

const talking = () => desk.view?.call?.state === "talking";

function withTalk(then) {
  return () => (talking() ? then(desk.view.call) : tell("Du talar inte med någon just nu.", "bad"));
}

find("#ready").onclick = () => be("ready");
find("#login").onclick = () => be("login");
find("#logout").onclick = () => be("logout");
find("#pause").onclick = openPause;
find("#more").onclick = () => act("/agent/efterbehandling", { by_s: LONGER_S }, "En minut till.");
find("#keys").onclick = () => openHelp();
find("#number").onclick = showNumber;
find("#transfer").onclick = withTalk(() => openTargets());
find("#hold").onclick = withTalk(() => act("/agent/parkering", {}, "Samtalet är parkerat och kommer tillbaka till dig."));
find("#callback").onclick = () => openPromise(desk.view?.call ?? desk.last, desk.choices.queues);
find("#day").onclick = () => {
  const open = find("#day").getAttribute("aria-expanded") !== "true";
  find("#day").setAttribute("aria-expanded", String(open));
  showTalks(desk.talks, outcome.subject(), choose);
};
for (const close of all("[data-close]")) close.onclick = () => close.closest("dialog").close();

listen({ digits: outcome.key });
setInterval(tick, 250);
askChoices();
refreshTalks();
follow("/api/stream/agent", { agent: take }, { onfresh: refreshTalks });
