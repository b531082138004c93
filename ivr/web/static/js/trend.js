// The day as a picture: callers who came as bars, answers as a line, those who gave up as thin bars in front.
import uPlot from "../vendor/uplot/uPlot.esm.js";

const HOUR_MS = 3600000;
const FROM_MS = 7 * HOUR_MS;
const TO_MS = 17 * HOUR_MS;
const QUARTER_MS = 900000;
const zone = document.documentElement.dataset.zone || "Europe/Stockholm";

// Resolves to what the browser paints: a colour that is one in light and another in dark.
function colour(name) {
  const probe = document.createElement("i");
  probe.style.color = `var(--${name})`;
  document.body.append(probe);
  const found = getComputedStyle(probe).color;
  probe.remove();
  return found;
}

// picture(element) → draw(trend, day_starts_ms), and draw.again() when the colours are others.
export function picture(at) {
  let chart = null;
  let last = null;

  function made(data) {
    const rem = parseFloat(getComputedStyle(document.documentElement).fontSize);
    const font = `${Math.round(rem * 0.75)}px ${getComputedStyle(document.body).fontFamily}`;
    const [ink, line, edge] = ["soft", "line", "edge"].map(colour);
    const axis = { stroke: ink, font, grid: { stroke: line, width: 1 }, ticks: { show: false } };
    const bars = (width, most) => uPlot.paths.bars({ size: [width, most], align: 0, radius: 0.15 });
    return new uPlot({
      width: at.clientWidth, height: at.clientHeight, padding: [rem * 0.6, rem * 0.9, 0, 0],
      tzDate: (at_s) => uPlot.tzDate(new Date(at_s * 1000), zone),
      legend: { show: false }, cursor: { show: false },
      scales: { x: { time: true, range: () => [last.first, last.until] }, y: { range: (_, __, most) => [0, Math.max(5, most * 1.08)] } },
      axes: [
        { ...axis, grid: { show: false }, size: rem * 1.7, values: (_, ticks) => ticks.map((tick) => hour(tick)), incrs: [3600, 7200, 14400] },
        { ...axis, size: rem * 2.4, incrs: [1, 2, 5, 10, 20, 50, 100, 200, 500] },
      ],
      series: [
        {},
        { fill: colour("sunk"), stroke: edge, width: 1, paths: bars(0.86, 200), points: { show: false } },
        { stroke: colour("accent"), width: Math.max(2, rem * 0.14), points: { show: true, size: rem * 0.35, fill: colour("accent") }, paths: middle },
        { fill: colour("bad"), stroke: colour("bad"), width: 0, paths: bars(0.3, 60), points: { show: false } },
      ],
    }, data, at);
  }

  function draw(trend, from_ms) {
    const key = JSON.stringify([trend, from_ms]);
    if (last?.key === key && chart) return;
    const first = Math.min(trend[0]?.at_ms ?? Infinity, from_ms + FROM_MS);
    const until = Math.max((trend.at(-1)?.at_ms ?? 0) + QUARTER_MS, from_ms + TO_MS);
    const data = quarters(trend, first, until);
    last = { key, from_ms, data, first: first / 1000, until: until / 1000 };
    if (chart) chart.setData(data);
    else chart = made(data);
  }

  draw.again = () => { chart?.destroy(); chart = last && made(last.data); };
  new ResizeObserver(() => { if (chart) draw.again(); }).observe(at);
  return draw;
}

// Every quarter from first to until, each in its middle: nothing before the day's first, none between is a gap.
function quarters(trend, first, until) {
  const found = new Map(trend.map((one) => [one.at_ms, one]));
  const [begun, ended] = [trend[0]?.at_ms ?? Infinity, trend.at(-1)?.at_ms ?? 0];
  const at = [];
  for (let at_ms = first; at_ms < until; at_ms += QUARTER_MS) at.push(at_ms);
  const value = (name) => (at_ms) => {
    if (at_ms < begun || at_ms > ended) return null;
    const some = found.has(at_ms) ? found.get(at_ms)[name] : 0;
    return typeof some === "number" ? some : null;  // a small count is no number on a screen that everybody passes
  };
  const names = ["entered", "answered", "abandoned"];
  return [at.map((at_ms) => (at_ms + QUARTER_MS / 2) / 1000), ...names.map((name) => at.map(value(name)))];
}

const hours = new Intl.DateTimeFormat("sv-SE", { timeZone: zone, hour: "2-digit" });
const hour = (at_s) => hours.format(at_s * 1000);
const middle = uPlot.paths.linear({ alignGaps: 0 });
