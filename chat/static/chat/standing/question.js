// This week's question beside the log: the newest that was asked.

import { entryFrom } from "../words/sayings.js";

/** It was asked just now, or while the line was away; `html` is how it stands in the log. */
export function asked(room, html) {
  const entry = entryFrom(html);
  for (const place of room.querySelectorAll("[data-question]")) {
    place.hidden = false;
    place.querySelector(".read").textContent = entry.querySelector(".q").textContent;
    const link = place.querySelector("a");
    link.href = entry.querySelector("a.btn").getAttribute("href");
    link.parentElement.hidden = false;
  }
}

/** As it stands on a page that was loaded anew. */
export function askedAnew(room, root) {
  const fresh = root.querySelectorAll("[data-question]");
  room.querySelectorAll("[data-question]").forEach((place, n) => place.replaceWith(fresh[n]));
}
