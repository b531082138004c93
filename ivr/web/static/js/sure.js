// A question before something that concerns many: true if the answer is yes.
import { find, say } from "./dom.js";

export function sure(title, text, yes, kind = "primary") {
  const dialog = find("#sure");
  say(find("#sure-title"), title);
  say(find("#sure-text"), text);
  say(find("#sure-yes"), yes);
  find("#sure-yes").className = kind;
  dialog.returnValue = "no";
  dialog.showModal();
  find("#sure-yes").focus();
  return new Promise((resolve) => {
    dialog.addEventListener("close", () => resolve(dialog.returnValue === "yes"), { once: true });
  });
}

// A switch between panels, by mouse and by arrow keys, as readers expect of tabs.
export function tabs(list) {
  const all = [...list.querySelectorAll("[role=tab]")];
  const choose = (tab) => {
    for (const one of all) {
      const on = one === tab;
      one.setAttribute("aria-selected", String(on));
      one.tabIndex = on ? 0 : -1;
      find(`#${one.getAttribute("aria-controls")}`).hidden = !on;
    }
  };
  for (const tab of all) tab.addEventListener("click", () => choose(tab));
  list.addEventListener("keydown", (event) => {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    const at = all.indexOf(document.activeElement);
    if (!step || at < 0) return;
    event.preventDefault();
    const next = all[(at + step + all.length) % all.length];
    next.focus();
    choose(next);
  });
}
