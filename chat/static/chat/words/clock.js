// Times by the reader's one clock: the zone of their account, or where none is set their browser's.

import { say } from "./sayings.js";

const QUARTER = 15 * 60_000;
const LOOK = 30_000;
const formats = new Map();
const days = new Map();

// What the device's clock and the house's differ by: one of them may be set wrong, or set anew while
// the page is open.
let ahead = 0;

/** The house has said what time it is: from now on the page goes by its clock. */
export function houseSays(instant) {
  ahead = new Date(instant) - Date.now();
}

/** Now, by the house's clock where it has told the page, else by the device's. */
export function now() {
  return Date.now() + ahead;
}

const told = document.querySelector("[data-now]")?.dataset.now;
if (told) houseSays(told);

/** The zone that all times are told in. */
export const zone = zoneOfReader();

/** As people say it: "Europe/London" is London. */
export const zoneName = zone.split("/").at(-1).replaceAll("_", " ");

function zoneOfReader() {
  const { zone: chosen } = document.documentElement.dataset;
  try {
    if (chosen && Intl.DateTimeFormat(undefined, { timeZone: chosen })) return chosen;
  } catch {
    // The house may know a zone that this browser does not.
  }
  return Intl.DateTimeFormat().resolvedOptions().timeZone;
}

function format(options, language = document.documentElement.lang) {
  const key = JSON.stringify([options, language]);
  if (!formats.has(key)) {
    formats.set(key, new Intl.DateTimeFormat(language, { timeZone: zone, ...options }));
  }
  return formats.get(key);
}

export function hour(when) {
  return format({ hour: "2-digit", minute: "2-digit", hourCycle: "h23" }).format(when);
}

/** The reader's calendar day as a key that sorts and compares. */
export function dayKey(when) {
  // No zone's midnight falls within a quarter of an hour.
  const quarter = Math.floor(when / QUARTER);
  if (!days.has(quarter)) {
    const parts = format({ year: "numeric", month: "2-digit", day: "2-digit" }, "en-GB");
    const { year, month, day } = named(parts, when);
    days.set(quarter, `${year}-${month}-${day}`);
  }
  return days.get(quarter);
}

export function dayInWords(when) {
  const day = fullDay(when);
  if (dayKey(when) === today()) return say("today", { day });
  return dayKey(when) === daysAfter(now(), -1) ? say("yesterday", { day }) : day;
}

/** A day in full, with the year where it is not this one. */
export function fullDay(when) {
  const year = yearOf(when) === yearOf(now()) ? {} : { year: "numeric" };
  return dayFirst(format({ weekday: "long", day: "numeric", month: "long", ...year }), when);
}

/** A moment in full, with the zone named, for a title or a time until which something holds. */
export function moment(when) {
  const other = { day: "numeric", month: "long", year: "numeric" };
  const day = yearOf(when) === yearOf(now()) ? fullDay(when) : dayFirst(format(other), when);
  return `${day}, ${hour(when)} ${zoneName}`;
}

/** When a session is: `brief`ly, as in a bar, or in full with its end. Both name the zone. */
export function session(begins, ends, { brief = false } = {}) {
  const isToday = dayKey(begins) === today();
  const evening = Number(format({ hour: "2-digit", hourCycle: "h23" }, "en-GB").format(begins)) >= 17;
  const named = isToday ? (evening ? "tonight" : "today") : "on";
  const soon = dayKey(begins) < daysAfter(now(), 7);
  const near = soon ? { weekday: "long" } : { day: "numeric", month: "long" };
  const on = brief ? dayFirst(format(near), begins) : fullDay(begins);
  const values = { on, at: hour(begins), until: hour(ends), zone: zoneName };
  return say(`${brief ? "session-brief" : "session"}.${named}`, values);
}

/** The next time that the reader's clock shows this full hour. */
export function next(full) {
  const shown = `${String(full).padStart(2, "0")}:00`;
  let then = (Math.floor(now() / QUARTER) + 1) * QUARTER;
  while (hour(then) !== shown) then += QUARTER;
  return new Date(then);
}

/** Calls each time that a new day has begun for the reader, on a page that stays open. */
export function eachNewDay(call) {
  let day = today();
  const look = () => {
    if (today() === day) return;
    day = today();
    call();
  };
  setInterval(look, LOOK);
  document.addEventListener("visibilitychange", look);
}

function today() {
  return dayKey(now());
}

function daysAfter(when, count) {
  const [year, month, day] = dayKey(when).split("-").map(Number);
  return new Date(Date.UTC(year, month - 1, day + count)).toISOString().slice(0, 10);
}

function yearOf(when) {
  return dayKey(when).slice(0, 4);
}

// The house writes "Thursday 12 March"; plain "en" would put the month first.
function dayFirst(formatter, when) {
  if (!document.documentElement.lang.startsWith("en")) return formatter.format(when);
  const { weekday, day, month, year } = named(formatter, when);
  return [weekday, day, month, year].filter(Boolean).join(" ");
}

function named(formatter, when) {
  return Object.fromEntries(formatter.formatToParts(when).map(({ type, value }) => [type, value]));
}
