// One key, one thing: a key presses the visible button that names it. Not while somebody writes, and not at all for
// those who have switched it off (WCAG 2.1.4).
import { all, el, fill, find } from "./dom.js";

const KEPT = "tonval.agent.single";
const BESIDES = [["S", "Sök bland alla ärenden"], ["I", "Nivå 1, 2, 3"], ["1–9", "Ärende"], ["Esc", "Stäng eller lämna ett fält"]];

const on = () => { try { return localStorage.getItem(KEPT) !== "off"; } catch { return true; } };

export function listen({ digits }) {
  const box = find("#single");
  box.checked = on();
  document.documentElement.toggleAttribute("data-keys-off", !box.checked);
  box.addEventListener("change", () => {
    try { localStorage.setItem(KEPT, box.checked ? "on" : "off"); } catch { /* it holds until the page is closed */ }
    document.documentElement.toggleAttribute("data-keys-off", !box.checked);
  });
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.altKey || event.metaKey || event.repeat || event.isComposing || writes(event.target)) return;
    const key = event.key.toLowerCase();
    const dialog = all("dialog").find((one) => one.open);
    if (!find("#single").checked && !dialog) return;
    const button = all("button[data-key]", dialog ?? document).find((one) => one.dataset.key === key && usable(one, dialog));
    if (button) { event.preventDefault(); button.click(); return; }
    if (!dialog && digits(key)) event.preventDefault();
  });
}

const writes = (at) => at instanceof HTMLElement && (at.matches("input:not([type=checkbox]):not([type=radio]), textarea, select") || at.isContentEditable);
const usable = (button, dialog) => !button.disabled && button.checkVisibility() && button.closest("dialog") === (dialog ?? null);

export function openHelp() {
  const seen = new Map();
  for (const button of all("main button[data-key]")) {
    if (button.closest("dialog") || /[0-9]/.test(button.dataset.key)) continue;
    const words = [...button.childNodes].filter((node) => node.nodeName !== "KBD").map((node) => node.textContent).join("").trim();
    const key = button.dataset.key.toUpperCase();
    seen.set(key, seen.has(key) ? `${seen.get(key)} / ${words}` : words);
  }
  const rows = [...seen, ...BESIDES];
  fill(find("#keylist"), ...rows.flatMap(([key, words]) => [el("dt", {}, el("kbd", {}, key)), el("dd", {}, words)]));
  find("#help").showModal();
}
