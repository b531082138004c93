// Something is asked of the server, and what it answers is told in words.
import { el, find } from "./dom.js";

const SHOWN_MS = 6000;
const WORDS = {
  0: "Ingen kontakt med servern. Inget har hänt; försök igen.",
  401: "Du är inte inloggad längre.",
  403: "Ditt konto får inte göra det.",
  404: "Det finns inte längre.",
  422: "Något i det som skrevs går inte att ta emot.",
  429: "För många försök. Vänta en stund.",
  503: "Växeln svarar inte just nu. Inget har hänt; försök igen.",
};

// POSTs the body as JSON. → {ok, status, body, words}: words say what was refused, "" if nothing was.
export async function ask(url, body = {}) {
  try {
    const answer = await fetch(url, {
      method: "POST", headers: { "Content-Type": "application/json", Accept: "application/json" }, body: JSON.stringify(body),
    });
    const said = await answer.json().catch(() => ({}));
    const words = answer.ok ? "" : refusal(answer.status, said);
    if (answer.status === 401) location.assign(`/logga-in?till=${encodeURIComponent(location.pathname)}`);
    return { ok: answer.ok, status: answer.status, body: said, words };
  } catch {
    return { ok: false, status: 0, body: {}, words: WORDS[0] };
  }
}

// The same, and the page says how it went: `done` if it is given, or the refusal.
export async function act(url, body = {}, done = "") {
  const answer = await ask(url, body);
  if (!answer.ok) tell(answer.words, "bad");
  else if (done) tell(done);
  return answer;
}

export function tell(words, kind = "good") {
  const line = el("p", { class: kind, role: kind === "bad" ? "alert" : null }, words);
  find("#told").append(line);
  setTimeout(() => line.remove(), SHOWN_MS);
}

function refusal(status, said) {
  if (typeof said.detail === "string") return said.detail;
  return WORDS[status] ?? `Det gick inte (${status}).`;
}
