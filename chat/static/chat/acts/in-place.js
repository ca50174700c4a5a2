// What a form of the desk does, done where it stands: nothing moves but what was done, and whoever
// goes by keyboard or ear is where it was done, too.

import { reach } from "../line/reach.js";
import { redraw } from "../words/times.js";

const ONE = ".qitem, .mlist > li, [data-part]";

/** The house's answer to a form: its page, where it is from, and whether it was done or refused.
 * Nothing where no answer came. */
export async function send(form, submitter) {
  const body = new FormData(form);
  if (submitter?.name) body.append(submitter.name, submitter.value);
  const address = submitter?.getAttribute("formaction") ?? form.getAttribute("action");
  const response = await reach(address, { method: "POST", body }).catch(() => undefined);
  if (!response || response.status >= 500) return undefined;
  const page = new DOMParser().parseFromString(await response.text(), "text/html");
  redraw(page);
  const isRefused = [400, 409, 413, 422, 429].includes(response.status);
  return { page, url: response.url, done: response.redirected && response.ok, isRefused };
}

/** What the house says of it, if anything; nothing where another page than the desk answers. */
export function notesIn({ page, done, isRefused }) {
  const notes = page.querySelector("#noted");
  if (done || (isRefused && notes)) return notes;
  const refusal = isRefused && page.querySelector(".notice[role=alert]");
  if (!refusal) return undefined;
  const made = Object.assign(document.createElement("div"), { id: "noted" });
  made.append(refusal);
  return made;
}

/** Puts `notes` where `from` was pressed, and what that stands in as it is by now; whoever did it
 * goes on from there, and nothing else moves. */
export function putIn(page, notes, from, { done }) {
  const one = from.closest(ONE) ?? document.querySelector("#queue");
  const was = one.getBoundingClientRect().top;
  const fresh = done && one.id && page.getElementById(one.id);
  const now = fresh ? renew(one, fresh.cloneNode(true), from.form ?? from) : one;
  document.querySelectorAll("#noted").forEach((old) => old.remove());
  place(notes, now);
  let goesOn = notes.firstElementChild ? notes : now;
  if (done && !fresh && one.matches(".qitem")) {
    if (goesOn === one) goesOn = one.nextElementSibling;
    one.remove();
  }
  const stands = goesOn.matches("[data-part]") ? now : goesOn;
  scrollBy({ top: stands.getBoundingClientRect().top - was, behavior: "instant" });
  focusOn(goesOn);
}

/** Focus, and with it whoever reads along, goes to what could not be reached by key before. */
export function focusOn(one) {
  one.tabIndex = -1;
  one.focus({ preventScroll: true });
  one.scrollIntoView({ block: "nearest" });
}

export function isWritten(field) {
  if (!field.matches("select")) return field.value !== field.defaultValue;
  const options = [...field.options];
  return field.selectedIndex !== Math.max(options.findIndex((one) => one.defaultSelected), 0);
}

function place(notes, one) {
  if (one.matches("li")) one.prepend(notes);
  else if (one.matches(".qitem")) one.before(notes);
  else (one.querySelector("h1, h2") ?? document.querySelector("#h-q")).after(notes);
}

/** As the house has it now, with what stands open in it, and what is written there and not sent. */
function renew(one, fresh, sent) {
  for (const field of one.querySelectorAll("input[id], textarea[id], select[id]")) {
    const next = field.form !== sent && fresh.querySelector(`#${CSS.escape(field.id)}`);
    if (next && isWritten(field)) next.value = field.value;
  }
  const open = [...one.querySelectorAll("details[open] > summary")].map(nameOf);
  for (const summary of fresh.querySelectorAll("details > summary")) {
    if (open.includes(nameOf(summary))) summary.parentElement.open = true;
  }
  one.replaceWith(fresh);
  return fresh;
}

/** What a part that can be opened is called: not what stands of whoever it is about. */
function nameOf(summary) {
  return (summary.querySelector("bdi") ?? summary).textContent;
}
