// New messages, said to a screen reader in batches and only at the end of the log; whoever is
// elsewhere finds them counted in the marks and the tab's title.

import { say, sayCount } from "../words/sayings.js";
import { stands } from "./dress.js";

const BATCH = 1500;
const KEPT = 8;

export class Aloud {
  #waiting = [];
  #timer;

  constructor(room) {
    this.room = room;
    this.place = room.querySelector("[data-aloud]");
  }

  arrived(entries) {
    if (!entries.length) return;
    if (document.hidden || !this.room.scroll.isAtEnd) {
      for (const entry of entries) this.room.marks?.add(this.room.dataset.circle, entry);
      return;
    }
    this.#waiting.push(...entries.map(({ dataset }) => dataset.id));
    this.#timer ??= setTimeout(() => this.#say(), BATCH);
  }

  /** Words have left the room: none of what was said aloud stays behind. */
  forget() {
    this.place.replaceChildren();
  }

  seen() {
    this.room.marks?.seen(this.room.dataset.circle);
  }

  #say() {
    // As they stand by now: whoever responded to one had it drawn anew.
    const there = this.#waiting.map((id) => this.room.log.entry(id));
    const entries = there.filter((entry) => entry && stands(entry));
    this.#waiting = [];
    this.#timer = undefined;
    if (!entries.length) return;
    const last = entries.at(-1);
    const name = last.querySelector(".who")?.textContent ?? "";
    // What stands behind a content note is opened, or not, by whoever reads it.
    const note = last.querySelector(".note");
    const text = (note ?? last.querySelector(".body, .q"))?.innerText.trim() ?? "";
    const what = last.matches(".prompt") ? "aloud-question" : "aloud";
    const values = { name, text };
    const isNoted = note && entries.length === 1;
    this.tell(isNoted ? say("aloud.note", values) : sayCount(what, entries.length, values));
  }

  /** In words; also what became of the reader's own message, where it isn't what they expect. */
  tell(words) {
    const line = document.createElement("p");
    line.textContent = words;
    this.place.append(line);
    while (this.place.children.length > KEPT) this.place.firstElementChild.remove();
  }
}
