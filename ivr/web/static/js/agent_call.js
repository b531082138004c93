// The call that rings at the person's phone, or that they talk in: all that is known of it before a word is said.
// `shown`: the number that was asked for, and of which call. `person`: what the engine alone knows of who looks.
import { ask } from "./act.js";
import { el, fill, find, icon, say, chip } from "./dom.js";
import { now } from "./stream.js";
import { clock, running } from "./words.js";

const TITLES = {
  offered: ["ringing", "Det ringer"], talking: ["talking", "I samtal"], callback_offered: ["callback", "Återuppringning"],
  calling_back: ["callback", "Medborgaren rings upp"], parked: ["park", "Parkerat hos dig"],
};
let asked = "";

export function showCall(call, me, shown, person) {
  const card = find("#call");
  card.dataset.state = !call ? "" : call.rings ? "rings" : "talks";
  const [sign, title] = call ? TITLES[call.state] ?? ["talking", "Samtal"] : [null, idle(me)];
  fill(find("#calling"), sign ? icon(sign) : null, el("span", {}, title));
  const promises = !call && me.state === "wrap_up" && person.callback === "";
  find("#withcall").hidden = call ? call.hidden : !promises;
  if (promises) only("callback");
  find("#before").hidden = !call || call.hidden || asked !== call.call || !find("#earlier").children.length;
  if (!call || call.hidden) {
    fill(find("#group"), call ? "Samtal med sekretess" : null);
    say(find("#why"), call ? "Du har inte behörigheten för det, och ser därför inget mer." : "");
    fill(find("#facts"));
    if (!call) { say(find("#took"), ""); asked = ""; }
    return;
  }
  fill(find("#group"), call.queue_title || "Ingen grupp vald",
    call.confidential ? chip("lock", "Sekretess", "watch") : null,
    call.foreign ? chip("person", call.language, "accent") : null);
  say(find("#why"), call.why);
  fill(find("#facts"), ...[...facts(call, shown, person)].flatMap(([name, value, strong]) =>
    [el("dt", {}, name), el("dd", { class: strong ? "strong" : null }, value)]));
  const talks = call.state === "talking";
  only(...(talks && !call.callback ? ["transfer", "hold"] : []), ...(talks ? ["callback"] : []), ...(call.number && shown.call !== call.call ? ["number"] : []));
  if (asked !== call.call) { asked = call.call; askEarlier(call.call); }
}

function only(...ids) {
  for (const button of find("#withcall").children) button.hidden = !ids.includes(button.id);
}

const idle = (me) => (me.state === "ready" ? "Inget samtal. Du står på tur." : "Inget samtal");

export function tickCall(call) {
  if (call) say(find("#took"), running(now() - (call.answered_at_ms || call.since_ms)));
  const wait = find("#waits");
  if (wait && call && !call.hidden) say(wait, running((call.answered_at_ms || now()) - call.entered_at_ms));
}

function* facts(call, shown, person) {
  yield ["Valde", call.choice, true];
  yield ["Har väntat", el("span", { id: "waits" }, running((call.answered_at_ms || now()) - call.entered_at_ms)), true];
  yield ["Språk", call.language || "okänt"];
  if (call.path.length > 1) yield ["Väg i menyn", call.path.join(" → ")];
  if (call.steps.length) yield ["Kretsen vidgad", call.steps.join(", ")];
  if (call.transfers) yield ["Kopplat", call.transfers === 1 ? "en gång" : `${call.transfers} gånger`];
  if (call.misses) yield ["Ringt förgäves", call.misses === 1 ? "hos en person" : `${call.misses} gånger`];
  if (call.hidden_number) yield ["Nummer", "dolt"];
  else if (shown.call === call.call) yield ["Nummer", el("span", { id: "shown" }, shown.number), true];
  if (call.callback) yield ["Uppringning", promised(call.callback), true];
  if (call.callback && person.matter) yield ["Gäller", person.matter];
}

function promised({ due_ms, by, attempts, overdue }) {
  const parts = [`lovad till ${clock(due_ms)}${overdue ? ", försenad" : ""}`, by ? `av ${by}` : "av den som ringde själv"];
  if (attempts) parts.push(`försök ${attempts + 1}`);
  return `${parts.join(", ")}. Tryck 1 på telefonen för att ringa.`;
}

async function askEarlier(call) {
  fill(find("#earlier"));
  const answer = await ask("/agent/tidigare", { call });
  if (asked !== call || !answer.ok) return;
  fill(find("#earlier"), answer.body.calls.map((one) => el("li", {},
    el("span", { class: "soft nowrap" }, when(one.at_ms)),
    el("span", {}, one.outcome ? one.outcome.title : one.queue_title || "menyn", " ", el("span", { class: "soft" }, one.agent)),
    el("span", { class: "soft" }, one.outcome?.kind === "matter" ? (one.outcome.solved ? "löst" : "inte löst") : one.result))));
  find("#before").hidden = !answer.body.calls.length;
}

function when(at_ms) {
  const days = Math.round((new Date(now()).setHours(0, 0, 0, 0) - new Date(at_ms).setHours(0, 0, 0, 0)) / 86_400_000);
  if (days === 0) return clock(at_ms);
  if (days === 1) return "i går";
  return new Intl.DateTimeFormat("sv-SE", { day: "numeric", month: "short" }).format(at_ms);
}
