// Searching for people as one types: the newest answer counts, and each is said in a word for who does not see it.
import { ask } from "./act.js";
import { each, el, fill, find, say, state } from "./dom.js";

const WAIT_MS = 350;
const SHORTEST = 2;
const REACH = { free: ["ready", "good"], busy: ["talking", "watch"], away: ["logged_out", ""], closed: ["closed", ""], unknown: ["clock", ""] };

// offer(person) → a button or null, beside whoever can be put through to.
export function search({ offer = () => null } = {}) {
  const input = find("#person-typed");
  let [timer, asked, people] = [null, 0, []];

  async function look() {
    const typed = input.value.trim();
    const mine = (asked += 1);
    if (typed.length < SHORTEST) { show({ people: [] }, ""); return; }
    const answer = await ask("/katalog/sok", { typed });
    if (mine !== asked) return;
    show(answer.ok ? answer.body : { people: [] }, answer.ok ? told(answer.body, typed) : answer.words);
  }

  function show(found, words) {
    people = found.people;
    say(find("#person-found"), words);
    draw();
  }

  function draw() {
    each(find("#person-list"), people, (p) => `${p.name}/${p.phone}/${p.department}`, () => el("li"), update);
  }

  function update(line, person) {
    const shown = JSON.stringify(person);
    const button = offer(person);
    if (line.dataset.shown !== shown + Boolean(button)) {
      const [sign, kind] = REACH[person.reach];
      fill(line, el("span", { class: "name" }, person.name), el("span", { class: "phone" }, phone(person.phone)),
        el("span", { class: "what" }, [person.title, person.department].filter(Boolean).join(", ")),
        el("span", { class: "reach" }, person.words ? state(sign, person.words, kind) : ""), button);
      line.dataset.shown = shown + Boolean(button);
    }
  }

  input.addEventListener("input", () => { clearTimeout(timer); timer = setTimeout(look, WAIT_MS); });
  find("#person-search").addEventListener("submit", (event) => { event.preventDefault(); clearTimeout(timer); look(); });
  document.addEventListener("keydown", (event) => {
    if (event.key !== "/" || event.target.closest("input, select, textarea, dialog[open]")) return;
    event.preventDefault();
    input.focus();
    input.select();
  });
  return { draw, look };
}

function told({ people, more, alike }, typed) {
  if (people.length === 0) return `Ingen hittades på ”${typed}”.`;
  if (alike) return `Ingen heter så. ${people.length === 1 ? "En person" : `${people.length} personer`} låter likadant:`;
  if (more) return `De ${people.length} närmaste visas. Skriv mer för att smalna av.`;
  return people.length === 1 ? "En person" : `${people.length} personer`;
}

const phone = (number) => number || "–";
