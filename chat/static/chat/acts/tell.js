// Telling the facilitator of a message or a person: a reason, and the thanks. Of a facilitator,
// the program leads.

import { say } from "../words/sayings.js";

/** Asks for a reason, tells, and says who will look. `member` is whom it is about; `ask` sends a verb
 * and gives its answer. */
export async function tell(what, member, company, ask) {
  const chosen = await reasonFor(member, company, unsent.get(keyOf(what)));
  if (!chosen) return;
  const ack = await ask({ do: "tell", ...what, ...chosen });
  if (!ack) {
    unsent.set(keyOf(what), chosen.note);
    return;
  }
  unsent.delete(keyOf(what));
  const told = document.getElementById("told");
  told.querySelector("[data-say]").textContent = ack.say;
  told.showModal();
}

// Notes that did not reach the house, by what they are about: there again for another try.
const unsent = new Map();

const keyOf = (what) => JSON.stringify(what);

function reasonFor(member, company, note = "") {
  const dialog = document.getElementById("ask-tell");
  const form = dialog.querySelector("form");
  const about = company.people.get(member);
  const who = company.goesToLeads(member) ? "lead" : "facilitator";
  const hint = about?.role === "facilitator" ? "lead" : "facilitator";
  dialog.querySelector("h2").textContent = say(`tell.${who}`);
  dialog.querySelector("[data-about]").textContent = say(`tell.${hint}.hint`, { name: about?.name });
  form.reset();
  form.elements.note.value = note;
  dialog.returnValue = "";
  dialog.showModal();
  const first = form.querySelector(`[value="worried"]`);
  first.focus();
  return new Promise((resolve) => {
    dialog.addEventListener(
      "close",
      () => {
        const reason = dialog.returnValue;
        resolve(reason ? { reason, note: new FormData(form).get("note") } : undefined);
      },
      { once: true },
    );
  });
}
