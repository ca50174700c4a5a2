// What the house drew by the clock of the account, or of the cohort, told by the reader's own.

import { dayKey, fullDay, hour, moment, session, zone, zoneName } from "./clock.js";

const FORMS = { clock: hour, day: fullDay, moment };

/** All times in a page, or a part of it that came since, and what names the zone they are told in.
 * What stands in the log of a room is the room's own. */
export function redraw(root = document) {
  for (const time of root.querySelectorAll("time[data-as]")) {
    time.textContent = FORMS[time.dataset.as](new Date(time.dateTime));
  }
  for (const one of root.querySelectorAll("option[data-when]")) {
    const { when, told } = one.dataset;
    one.dataset.told = `${hour(new Date(when))} ${zoneName}`;
    one.textContent = one.textContent.replace(told, one.dataset.told);
  }
  for (const line of root.querySelectorAll("[data-session]")) {
    const { session: how, begins, ends } = line.dataset;
    line.textContent = session(new Date(begins), new Date(ends), { brief: how === "brief" });
  }
  for (const name of root.querySelectorAll("[data-zone-name]")) name.textContent = zoneName;
  for (const field of root.querySelectorAll("[data-own-zone]")) field.value = zone;
  if (!document.querySelector("reweave-room, reweave-live")) redrawEntries(root);
}

/** Their hours, and the days between them. */
function redrawEntries(root) {
  for (const entry of root.querySelectorAll("ol > [data-at]")) {
    const time = entry.querySelector(".at > time");
    if (!time) continue;
    const [before, now] = [time.textContent, hour(new Date(entry.dataset.at))];
    time.textContent = now;
    time.title = moment(new Date(entry.dataset.at));
    const menu = entry.querySelector("[data-menu]");
    menu?.setAttribute("aria-label", menu.getAttribute("aria-label").replace(before, now));
  }
  for (const list of root.querySelectorAll("ol:has(> .day)")) redrawDays(list);
}

function redrawDays(list) {
  const divider = list.querySelector(":scope > .day").cloneNode(true);
  list.querySelectorAll(":scope > .day").forEach((day) => day.remove());
  let last;
  for (const entry of list.querySelectorAll(":scope > [data-at]")) {
    const when = new Date(entry.dataset.at);
    if (dayKey(when) === last) continue;
    last = dayKey(when);
    const day = divider.cloneNode(true);
    day.firstElementChild.dateTime = last;
    day.firstElementChild.textContent = fullDay(when);
    entry.before(day);
  }
}

redraw();
