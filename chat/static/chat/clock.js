// Times as the reader's own clock shows them.

import { say } from "./sayings.js";

const formats = new Map();

function format(options) {
  const key = JSON.stringify(options);
  if (!formats.has(key)) {
    formats.set(key, new Intl.DateTimeFormat(document.documentElement.lang, options));
  }
  return formats.get(key);
}

export function hour(when) {
  return format({ hour: "2-digit", minute: "2-digit", hourCycle: "h23" }).format(when);
}

/** The reader's calendar day as a key that sorts and compares. */
export function dayKey(when) {
  const pad = (n) => String(n).padStart(2, "0");
  return `${when.getFullYear()}-${pad(when.getMonth() + 1)}-${pad(when.getDate())}`;
}

export function dayInWords(when, now = new Date()) {
  const year = when.getFullYear() === now.getFullYear() ? {} : { year: "numeric" };
  const day = dayFirst(format({ weekday: "long", day: "numeric", month: "long", ...year }), when);
  if (dayKey(when) === dayKey(now)) return say("today", { day });
  const yesterday = new Date(now);
  yesterday.setDate(now.getDate() - 1);
  return dayKey(when) === dayKey(yesterday) ? say("yesterday", { day }) : day;
}

/** A moment in full, with the zone named, for a title or a time until which something holds. */
export function moment(when) {
  const day = dayFirst(format({ weekday: "long", day: "numeric", month: "long" }), when);
  return `${day}, ${hour(when)} ${zone()}`;
}

/** The reader's zone as people say it: "Europe/London" is London. */
function zone() {
  const { timeZone } = Intl.DateTimeFormat().resolvedOptions();
  return timeZone.split("/").at(-1).replaceAll("_", " ");
}

// The house writes "Thursday 12 March"; plain "en" would put the month first.
function dayFirst(formatter, when) {
  if (!document.documentElement.lang.startsWith("en")) return formatter.format(when);
  const part = Object.fromEntries(formatter.formatToParts(when).map((p) => [p.type, p.value]));
  return [part.weekday, part.day, part.month, part.year].filter(Boolean).join(" ");
}
