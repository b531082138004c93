// /larm: those that are on, as they come and go; times in words.
import { all, each, find } from "./dom.js";
import { item, update } from "./alarms.js";
import { follow } from "./stream.js";
import { clock, day } from "./words.js";

const list = find("#alarms-now");
const may = list.dataset.mayTakeOn === "ja";
const banner = find("#alarms");
if (banner) banner.remove();

document.addEventListener("alarms-now", (event) => {
  each(list, event.detail, (a) => a.id, (a) => item(a, may), (line, a) => update(line, a, may));
  find("#alarms-none").hidden = event.detail.length > 0;
});
for (const time of all("time[data-ms]")) {
  const ms = Number(time.dataset.ms);
  time.textContent = `${day(ms)} ${clock(ms)}`;
  time.dateTime = new Date(ms).toISOString();
}
follow("/api/stream/board?page=larm", {});
