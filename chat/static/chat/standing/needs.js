// For facilitators: that something on their desk needs them, also while they read here or lead.
// What happened comes without words; the desk itself says whether somebody is to look.

import { say } from "../words/sayings.js";

const NEWS = new Set(["care.flag", "report.made", "desk.changed"]);
const SOON = 300;

export class Needs {
  #looking;
  #looks = 0;

  constructor(room) {
    this.room = room;
  }

  /** An event of the log. */
  note({ kind }) {
    if (NEWS.has(kind)) this.lookSoon();
  }

  lookSoon() {
    if (!this.room.dataset.desk) return;
    clearTimeout(this.#looking);
    this.#looking = setTimeout(() => this.#look(), SOON);
  }

  async #look() {
    const look = ++this.#looks;
    const response = await fetch(this.room.dataset.desk).catch(() => undefined);
    // The house doesn't answer just now: it is asked again, for nothing else would say it.
    if (!response?.ok) {
      if (!response || response.status >= 500) this.#looking = setTimeout(() => this.#look(), 5000);
      return;
    }
    const page = new DOMParser().parseFromString(await response.text(), "text/html");
    // Asked since, the house may have answered that already; this is how it was before.
    if (look !== this.#looks) return;
    const kind = ["care", "report", "talk"].find((one) => page.querySelector(`[data-needs="${one}"]`));
    this.room.bars?.stand("needs", kind, (bar) => {
      bar.dataset.needs = kind;
      bar.querySelector("[data-say]").textContent = say(`needs.${kind}`);
    });
  }
}
