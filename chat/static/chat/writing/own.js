// A message of one's own, as its own page has it: the words as they were written, and by `asOf`
// which of them: it is another after each change.

import { reach } from "../line/reach.js";
import { say } from "../words/sayings.js";

/** The words of a message that its author may change; of any other, `gone` says why they may not.
 * Throws where the house can't be reached. */
export async function ownWords(room, message) {
  const response = await reach(`${room.dataset.page}messages/${message}/`);
  if (response.status === 404) return { gone: say("gone.missing") };
  if (!response.ok || response.redirected) throw new Error(String(response.status));
  const page = new DOMParser().parseFromString(await response.text(), "text/html");
  const words = page.getElementById("words");
  const entry = page.querySelector("[data-id]");
  if (!words) return { gone: whyGone(entry) };
  const asOf = words.form.elements.as_of.value;
  const note = page.getElementById("note").value;
  return { gone: "", body: words.value, note, asOf, at: entry.dataset.at };
}

function whyGone(entry) {
  if (entry.dataset.state === "taken_back") return say("gone.taken-back");
  return entry.querySelector(".gone-line")?.textContent ?? say("gone.old");
}
