// What the server sends as it happens, and the truth about how old it is: two seconds without a sign, or the server's
// own word that it has lost the engine, and the page says since when it is out of date.
import { find, say } from "./dom.js";
import { clock } from "./words.js";

const STALE_MS = 2000;
const LOOK_MS = 250;
const AGAIN_MS = 2000;

let ahead_ms = null;  // the server's clock minus ours
export const now = () => Date.now() + (ahead_ms ?? 0);

// follow("/api/stream/board", {board: (body) => …}); each beat has at_ms and stale_since_ms.
// Returns {close()}. The element #stale, if the page has one, is the banner.
export function follow(url, handlers, { onfresh = () => {}, onstale = () => {} } = {}) {
  const stream = { source: null, held: new Map(), heard: performance.now(), heard_at_ms: null, lost_ms: 0, stale: false, closed: false };

  function told(name, event) {
    const body = JSON.parse(event.data);
    if (body.at_ms) { ahead_ms = body.at_ms - Date.now(); stream.heard_at_ms = body.at_ms; }
    stream.heard = performance.now();
    if (body.stale_since_ms !== undefined) stream.lost_ms = body.stale_since_ms;
    look();
    if (ahead_ms === null) { stream.held.set(name, body); return; }  // no age is right before the server's clock is known
    for (const [earlier, held] of stream.held) handlers[earlier]?.(held);
    stream.held.clear();
    handlers[name]?.(body);
    if (name === "beat") document.dispatchEvent(new CustomEvent("stream-beat"));
    if (name === "alarm") document.dispatchEvent(new CustomEvent("alarm", { detail: body }));  // the banner of every page
  }

  function open() {
    if (stream.closed) return;
    stream.source = new EventSource(url);
    for (const name of new Set([...Object.keys(handlers), "beat", "alarm"])) {
      stream.source.addEventListener(name, (event) => told(name, event));
    }
    stream.source.addEventListener("gone", refused);
    stream.source.addEventListener("elsewhere", elsewhere);
    stream.source.onerror = () => { if (stream.source.readyState === EventSource.CLOSED) refused(); };
  }

  // The same page was opened in another window: that one has the stream now, and this one does not take it back.
  function elsewhere() {
    close();
    const banner = find("#stale");
    if (!banner) return;
    say(banner, "Sidan är öppen i ett annat fönster. Ladda om för att visa den här i stället.");
    banner.hidden = false;
    document.documentElement.setAttribute("data-stale", "");
  }

  // The server said no instead of streaming: signed out, or no room. It is asked again until the page is closed.
  async function refused() {
    stream.source.close();
    const only_head = new AbortController();
    const status = await fetch(url, { signal: only_head.signal }).then((answer) => answer.status, () => 0);
    only_head.abort();
    if (status === 401) location.assign(`/logga-in?till=${encodeURIComponent(location.pathname)}`);
    else setTimeout(open, AGAIN_MS);
  }

  function look() {
    const silent = performance.now() - stream.heard > STALE_MS;
    const stale = silent || stream.lost_ms > 0;
    const since = stream.lost_ms || stream.heard_at_ms || now() - (performance.now() - stream.heard);
    const banner = find("#stale");
    if (banner) {
      if (stale) say(banner, `Inaktuell sedan ${clock(since)}. Visar det senast kända.`);
      banner.hidden = !stale;
    }
    document.documentElement.toggleAttribute("data-stale", stale);
    if (stale !== stream.stale) { stream.stale = stale; (stale ? onstale : onfresh)(); }
  }

  function close() {
    stream.closed = true;
    clearInterval(looking);
    stream.source?.close();
  }

  const looking = setInterval(look, LOOK_MS);
  addEventListener("pagehide", () => stream.source?.close());
  addEventListener("pageshow", (event) => { if (event.persisted) open(); });
  open();
  return { close };
}
