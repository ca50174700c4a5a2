// What a facilitator is asked before they act: the reason, and until when.

import { next, now } from "../words/clock.js";
import { say } from "../words/sayings.js";

const HOUR = 3_600_000;
const MORNING = 8;

/** Opens the dialog for `verb`; its answer, or undefined where they left it. `name` is whom it is
 * about, `state` how the message stands that it is about. */
export function ask(verb, { name, state } = {}) {
  const dialog = document.getElementById(`ask-${verb}`);
  const named = name && say(`ask.${verb}`, { name });
  if (named) dialog.querySelector("h2").textContent = named;
  showFor(state, dialog);
  const form = dialog.querySelector("form");
  form.reset();
  dialog.returnValue = "";
  dialog.showModal();
  return new Promise((resolve) => {
    dialog.addEventListener(
      "close",
      () => {
        const answer = Object.fromEntries(new FormData(form));
        if (answer.for) answer.until = until(answer.for);
        resolve(dialog.returnValue === "go" ? answer : undefined);
      },
      { once: true },
    );
  });
}

/** Of what is said about an act that everyone sees and one that nobody does, the one that is so: a
 * message that is held has been seen by nobody but its author and those who hold the circle. */
export function showFor(state, part) {
  const isHeld = state === "held";
  for (const line of part.querySelectorAll("[data-seen]")) line.hidden = isHeld;
  for (const line of part.querySelectorAll("[data-unseen]")) line.hidden = !isHeld;
}

// When the session ends, the house knows.
function until(length) {
  return length === "session" ? length : then(length).toISOString();
}

function then(length) {
  if (length === "morning") return next(MORNING);
  return new Date(now() + (length === "week" ? 7 * 24 * HOUR : HOUR));
}
