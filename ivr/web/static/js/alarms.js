// What is wrong, at the head of every page: told by the page's stream, else asked for.
import { ask, act } from "./act.js";
import { each, el, fill, find, icon, say } from "./dom.js";
import { clock } from "./words.js";

const ASK_MS = 5000;
const MOST = 3;
let heard = -Infinity;

export function item(alarm, may_take_on) {
  const line = el("li", { class: `alarm ${alarm.severity}` });
  update(line, alarm, may_take_on);
  return line;
}

export function update(line, alarm, may_take_on) {
  line.className = `alarm ${alarm.severity}${alarm.acknowledged_by ? " taken" : ""}`;
  const told = JSON.stringify(alarm);
  if (line.dataset.told === told) return;
  line.dataset.told = told;
  const words = alarm.severity === "severe" ? "Allvarligt" : "Varning";
  const taken = alarm.acknowledged_by ? `Kvitterat av ${alarm.acknowledged_by} ${clock(alarm.acknowledged_ms)}` : "";
  const button = el("button", { type: "button", onclick: () => take(alarm) }, "Kvittera");
  fill(line, icon(alarm.severity === "severe" ? "bad" : "watch"),
    el("span", { class: "alarm-words" },
      el("b", {}, `${words}: ${alarm.title}`), el("span", {}, alarm.sentence),
      el("span", { class: "soft" }, `sedan ${clock(alarm.raised_ms)}`, taken ? ` · ${taken}` : "")),
    may_take_on && !taken ? button : null);
}

async function take(alarm) {
  const answer = await act(`/larm/${alarm.id}/kvittera`, {}, "Larmet är kvitterat i ditt namn.");
  if (answer.ok) show((await now()) ?? []);
}

async function now() {
  const answer = await fetch("/larm/nu", { headers: { Accept: "application/json" } }).catch(() => null);
  return answer?.ok ? (await answer.json()).alarms : null;
}

function show(alarms) {
  document.dispatchEvent(new CustomEvent("alarms-now", { detail: alarms }));
  const banner = find("#alarms");
  if (!banner) return;
  const nobodys = alarms.filter((a) => !a.acknowledged_by);  // what somebody has taken on is on /larm
  const open = nobodys.slice(0, MOST);
  banner.hidden = open.length === 0;
  each(find("ul", banner), open, (a) => a.id, (a) => item(a, banner.dataset.mayTakeOn === "ja"), (line, a) => update(line, a, banner.dataset.mayTakeOn === "ja"));
  say(find("a", banner), alarms.length > open.length ? `Alla ${alarms.length} larm` : "Alla larm");
}

document.addEventListener("stream-beat", () => { heard = performance.now(); });
document.addEventListener("alarm", (event) => { heard = performance.now(); show(event.detail); });

async function look() {
  if (performance.now() - heard > 3 * ASK_MS || heard === -Infinity) {
    const alarms = await now();
    if (alarms) show(alarms);
  }
  setTimeout(look, ASK_MS);
}
look();
