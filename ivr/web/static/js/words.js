// Numbers and times as people here write them.

const zone = document.documentElement.dataset.zone || "Europe/Stockholm";
const clocks = new Intl.DateTimeFormat("sv-SE", { timeZone: zone, hour: "2-digit", minute: "2-digit" });
const days = new Intl.DateTimeFormat("sv-SE", { timeZone: zone, weekday: "long", day: "numeric", month: "long" });
const wholes = new Intl.NumberFormat("sv-SE");

export const clock = (at_ms) => clocks.format(at_ms);
export const day = (at_ms) => days.format(at_ms);
export const whole = (number) => wholes.format(number);
export const percent = (share) => `${whole(share)} %`;

// 0:07, 12:40, 1:02:00: a span that runs.
export function running(ms) {
  const seconds = Math.max(0, Math.floor(ms / 1000));
  const two = (n) => String(n).padStart(2, "0");
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return `${minutes}:${two(seconds % 60)}`;
  return `${Math.floor(minutes / 60)}:${two(minutes % 60)}:${two(seconds % 60)}`;
}

// 40 s, 12 min, 1 h 5 min: a span to be read once.
export function span(ms) {
  const seconds = Math.max(0, Math.round(ms / 1000));
  if (seconds < 60) return `${seconds} s`;
  const minutes = Math.round(seconds / 60);
  if (minutes < 60) return `${minutes} min`;
  return minutes % 60 ? `${Math.floor(minutes / 60)} h ${minutes % 60} min` : `${minutes / 60} h`;
}
