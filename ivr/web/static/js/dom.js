// The page's parts, made of elements and text nodes only: nothing anybody said or is called is ever read as markup.

const SVG = "http://www.w3.org/2000/svg";

export const find = (selector, within = document) => within.querySelector(selector);
export const all = (selector, within = document) => [...within.querySelectorAll(selector)];

// el("p", {class: "soft", onclick: f, "aria-live": "polite"}, "text", anotherElement, null)
export function el(tag, props = {}, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(props)) set(made, name, value);
  made.append(...children.flat().filter((child) => child !== null && child !== undefined && child !== false));
  return made;
}

export function set(element, name, value) {
  if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
  else if (value === false || value === null || value === undefined) element.removeAttribute(name);
  else element.setAttribute(name, value === true ? "" : String(value));
}

// The text of an element; left alone when it says so already, so that a reader's place in it stays.
export function say(element, text) {
  const words = String(text);
  if (element.textContent !== words) element.textContent = words;
}

export function fill(element, ...children) {
  element.replaceChildren(...children.flat().filter((child) => child !== null && child !== undefined && child !== false));
}

export function icon(name) {
  const svg = document.createElementNS(SVG, "svg");
  svg.setAttribute("class", "icon");
  svg.setAttribute("aria-hidden", "true");
  const use = document.createElementNS(SVG, "use");
  use.setAttribute("href", `/static/icons.svg#${name}`);
  svg.append(use);
  return svg;
}

// A state: icon and word, and a colour besides. kind: good, watch, bad, accent or "".
export const state = (name, word, kind = "") => el("span", { class: `state ${kind}` }, icon(name), el("span", {}, word));
export const chip = (name, word, kind = "") => el("span", { class: `chip ${kind}` }, icon(name), el("span", {}, word));

// The children of `parent` are one element for each item, in their order. Elements stay who they are (focus, hover)
// as long as their item's key is there: make(item) makes one, update(element, item) brings it up to date.
export function each(parent, items, key, make, update) {
  const old = new Map([...parent.children].map((child) => [child.dataset.key, child]));
  let next = parent.firstElementChild;
  for (const item of items) {
    const name = String(key(item));
    let element = old.get(name);
    if (element) old.delete(name);
    else { element = make(item); element.dataset.key = name; }
    update(element, item);
    if (element === next) next = next.nextElementSibling;
    else parent.insertBefore(element, next);
  }
  for (const gone of old.values()) gone.remove();
}
