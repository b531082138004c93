// The person's talks of today: those without an outcome first, the others when they are asked for.
import { each, el, fill, find, say } from "./dom.js";
import { clock, span } from "./words.js";

const MOST_LACKING = 6;

export function showTalks(talks, subject, choose) {
  const lacking = talks.filter((talk) => !talk.outcome && !talk.hidden);
  const chip = find("#lacking");
  say(chip, lacking.length ? `${lacking.length} utan utfall` : talks.length ? "alla har utfall" : "inga samtal än");
  chip.className = `chip ${lacking.length ? "watch" : "good"}`;
  const every = find("#day").getAttribute("aria-expanded") === "true";
  say(find("#day").firstChild, every ? "Visa bara dem utan " : "Visa alla ");
  find("#day").hidden = !talks.length;
  each(find("#talks"), every ? talks : lacking.slice(0, MOST_LACKING), (talk) => talk.call || String(talk.answered_at_ms),
    (talk) => el("li", {}, el("span", { class: "nowrap" }), el("span"), el("button", { class: "quiet", onclick: () => choose(talk) })),
    (row, talk) => {
      const [time, what, button] = row.children;
      button.hidden = talk.hidden;
      row.setAttribute("aria-current", String(!talk.hidden && talk.call === subject));
      say(time, clock(talk.answered_at_ms));
      const length = talk.talk_ms ? span(talk.talk_ms) : "pågår";
      fill(what, `${talk.hidden ? "Under sekretess" : talk.queue_title} `, el("span", { class: "soft" }, length));
      say(button, talk.outcome ? worded(talk.outcome) : "Ge utfall");
      button.setAttribute("aria-label", `${clock(talk.answered_at_ms)}: ${talk.outcome ? `ändra ${worded(talk.outcome)}` : "ge utfall"}`);
    });
}

function worded(outcome) {
  return outcome.kind === "matter" && !outcome.solved ? `${outcome.title} (inte löst)` : outcome.title;
}
