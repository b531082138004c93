// A real browser that does what it is told on standard input and answers on standard output, one JSON object a line.
//
// Told:    {"id": 7, "do": "click", "page": 2, ...}
// Answers: {"id": 7, "value": ...} or {"id": 7, "error": "..."}; and, once it is there: {"ready": true}
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { createInterface } from "node:readline";
import { chromium } from "playwright-core";

const WAIT_MS = 10_000;
const FLAGS = [
  "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
  "--disable-component-update", "--disable-sync", "--font-render-hinting=none",
];
const AXE = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"];

const browser = await chromium.launch({ executablePath: process.argv[2] ?? "/usr/bin/chromium", args: FLAGS });
const open = new Map();  // page number → {context, page, errors, said}
let numbered = 0;

function listen(place) {
  const { page } = place;
  page.on("pageerror", (error) => place.errors.push(String(error)));
  page.on("console", (line) => {
    if (line.type() !== "error") return;
    place.said.push(line.text());
    if (/Content Security Policy|Refused to/.test(line.text())) place.errors.push(line.text());
  });
}

async function opened({ width = 1366, height = 768, dark = false, reduced = true, touch = false, scale = 1 }) {
  const context = await browser.newContext({
    viewport: { width, height }, colorScheme: dark ? "dark" : "light", deviceScaleFactor: scale, hasTouch: touch,
    reducedMotion: reduced ? "reduce" : "no-preference", locale: "sv-SE", timezoneId: "Europe/Stockholm",
  });
  context.setDefaultTimeout(WAIT_MS);
  const place = { context, page: await context.newPage(), errors: [], said: [] };
  listen(place);
  open.set(++numbered, place);
  return numbered;
}

async function axe(page, within) {
  await page.evaluate(AXE);  // run through the browser's own door: the page's policy need not let it in
  const found = await page.evaluate(
    ([root, rules]) => globalThis.axe.run(root ?? document, { runOnly: rules, resultTypes: ["violations"] }),
    [within ?? null, RULES],
  );
  return found.violations.flatMap((v) => v.nodes.map((n) => `${v.id}: ${n.target.join(" ")}: ${n.failureSummary}`));
}

function leaving(error) {
  if (!/context was destroyed|navigat/.test(String(error))) throw error;
  return false;
}

const ORDERS = {
  open: (_, order) => opened(order),
  close: async ({ context }, { page }) => { open.delete(page); await context.close(); },
  goto: async ({ page }, { url }) => (await page.goto(url, { waitUntil: "load" }))?.status() ?? 0,
  reload: async ({ page }) => { await page.reload(); },
  url: ({ page }) => page.url(),
  title: ({ page }) => page.title(),
  click: ({ page }, { at }) => page.locator(at).first().click(),
  fill: ({ page }, { at, text }) => page.locator(at).first().fill(text),
  select: ({ page }, { at, value }) => page.locator(at).first().selectOption(value),
  check: ({ page }, { at }) => page.locator(at).first().check(),
  focus: ({ page }, { at }) => page.locator(at).first().focus(),
  press: ({ page }, { keys }) => page.keyboard.press(keys),
  type: ({ page }, { text }) => page.keyboard.type(text),
  text: ({ page }, { at }) => page.locator(at).first().innerText(),
  texts: ({ page }, { at }) => page.locator(at).allInnerTexts(),
  count: ({ page }, { at }) => page.locator(at).count(),
  visible: ({ page }, { at }) => page.locator(at).first().isVisible(),
  attribute: ({ page }, { at, name }) => page.locator(at).first().getAttribute(name),
  appears: ({ page }, { at, wait_ms }) => page.locator(at).first().waitFor({ state: "visible", timeout: wait_ms }),
  vanishes: ({ page }, { at, wait_ms }) => page.locator(at).first().waitFor({ state: "hidden", timeout: wait_ms }),
  // Looked at from outside again and again: a page's policy forbids it to evaluate a text by itself.
  until: async ({ page }, { script, wait_ms }) => {
    const ends = Date.now() + wait_ms;
    while (!(await page.evaluate(script).catch(leaving))) {
      if (Date.now() > ends) throw new Error(`never held: ${script}`);
      await new Promise((resolve) => setTimeout(resolve, 40));
    }
  },
  eval: ({ page }, { script }) => page.evaluate(script),
  screenshot: async ({ page }, { path, whole, at }) => {
    await (at ? page.locator(at).first().screenshot({ path }) : page.screenshot({ path, fullPage: whole }));
  },
  axe: ({ page }, { within }) => axe(page, within),
  look: ({ page }, { dark, width, height }) => Promise.all([
    dark === undefined ? null : page.emulateMedia({ colorScheme: dark ? "dark" : "light" }),
    width === undefined ? null : page.setViewportSize({ width, height }),
  ]).then(() => null),
  // The page's own clock: it stands still from `stop` on, and `run` lets so much of it pass.
  clock: async ({ page }, { start, stop, run_ms }) => {
    if (start) await page.clock.install();
    if (stop) await page.clock.pauseAt(Date.now() + 1000);
    if (run_ms) await page.clock.runFor(run_ms);
  },
  offline: ({ context }, { offline }) => context.setOffline(offline),
  headers: ({ context }, { headers }) => context.setExtraHTTPHeaders(headers),
  cookies: ({ context }) => context.cookies(),
  add_cookie: ({ context }, { cookie }) => context.addCookies([cookie]),
  errors: ({ errors }) => errors,
  said: ({ said }) => said,
};

async function answer(line) {
  const order = JSON.parse(line);
  try {
    const value = await ORDERS[order.do](open.get(order.page), order);
    return { id: order.id, value: value ?? null };
  } catch (error) {
    return { id: order.id, error: `${order.do}: ${error.message ?? error}` };
  }
}

const say = (object) => process.stdout.write(`${JSON.stringify(object)}\n`);
say({ ready: true });
const lines = createInterface({ input: process.stdin });
lines.on("line", (line) => answer(line).then(say));
lines.on("close", () => browser.close().then(() => process.exit(0)));
