// What a facilitator sets for the whole room, in a dialog: the forms of its page, said over the
// line, each with a way back for ten seconds.

import { paceInWords } from "../standing/bars.js";
import { say } from "../words/sayings.js";

export class Keeping {
  constructor(room) {
    this.room = room;
    this.dialog = room.querySelector("#keeping");
    for (const link of room.querySelectorAll("[data-keeping]")) {
      link.addEventListener("click", (event) => {
        event.preventDefault();
        this.dialog.showModal();
      });
    }
    this.dialog?.addEventListener("submit", (event) => {
      if (event.target.method === "dialog") return;
      event.preventDefault();
      this.#set(event.target);
    });
  }

  /** The forms stand as the room does. */
  show({ paused, holds, pace, hours }) {
    if (!this.dialog) return;
    const stands = { pause: !paused, resume: paused, hold: !holds, unhold: holds };
    for (const [verb, is] of Object.entries(stands)) this.#form(verb).hidden = !is;
    choose(this.#form("pace").elements.seconds, String(pace));
    choose(this.#form("hours").elements.hours, hours);
  }

  #form(verb) {
    return this.dialog.querySelector(`[data-do="${verb}"]`);
  }

  async #set(form) {
    const verb = form.dataset.do;
    const { seconds, hours } = Object.fromEntries(new FormData(form));
    const fields = verb === "pace" ? { seconds: Number(seconds) } : verb === "hours" && { hours };
    this.dialog.close();
    const done = await this.room.act({ do: verb, ...fields });
    if (!done) return;
    // A setting by its place in the log: what another has set meanwhile stays.
    const undo = { do: this.room.waysBack[verb], ...(fields && { seq: done.seq }) };
    const back = (!fields || done.seq) && (() => this.room.act(undo));
    this.room.bars.done(told(verb, fields), back);
  }
}

/** What is so now. */
function told(verb, { seconds, hours }) {
  if (verb === "hours") return say(`done.hours.${hours}`);
  if (verb !== "pace") return say(`done.${verb}`);
  return seconds ? say("done.pace", { pace: paceInWords(seconds) }) : say("done.pace.none");
}

function choose(select, value) {
  if ([...select.options].some((option) => option.value === value)) select.value = value;
}
