// This week's question beside the log, and in the fold above it: the newest that was asked.

import { cut, entryFrom } from "../words/sayings.js";

/** It was asked just now, or while the line was away; `html` is how it stands in the log. */
export function asked(room, html) {
  const entry = entryFrom(html);
  put(room, entry.querySelector(".q"), entry.querySelector("a.btn"));
}

/** As it stands on a page that was loaded anew. */
export function askedAnew(room, root) {
  const fresh = root.querySelector("[data-question]");
  if (fresh) put(room, fresh.querySelector(".read"), fresh.querySelector("a"));
}

function put(room, words, link) {
  place(room.querySelector(".aside"), "part-question-aside", words, link);
  place(room.querySelector(".thisweek > div"), "part-question-fold", words, link);
}

/** A session's page has no such places. */
function place(around, part, words, link) {
  if (!around) return;
  if (!around.querySelector("[data-question]")) around.prepend(cut(part));
  const question = around.querySelector("[data-question]");
  question.querySelector(".read").textContent = words.textContent;
  question.querySelector("a").setAttribute("href", link.getAttribute("href"));
}
