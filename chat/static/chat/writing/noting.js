// The content note: a field that one opens, and closes to leave the note out. What stood in it then
// comes back with it, for as long as the words it went with are there.

import { say } from "../words/sayings.js";

export class Noting {
  #left = "";

  constructor(composer, keepSoon) {
    this.composer = composer;
    this.keepSoon = keepSoon;
    this.place = composer.form.querySelector("[data-noting]");
    this.field = composer.form.elements.note;
    this.button = composer.form.querySelector("[data-do=note]");
    this.button.addEventListener("click", () => this.#press());
    this.field.addEventListener("keydown", (event) => this.#key(event));
    this.put(this.field.value);
  }

  get words() {
    return this.field.value;
  }

  /** Goes with other words now. */
  put(note) {
    this.#left = "";
    this.field.value = note;
    this.#show(Boolean(note));
  }

  #press() {
    if (this.place.hidden) this.#open();
    else this.#leaveOut();
  }

  #open() {
    this.field.value = this.#left;
    this.#show(true);
    this.field.focus();
    this.keepSoon();
  }

  #leaveOut() {
    this.#left = this.words.trim();
    this.field.value = "";
    this.#show(false);
    this.keepSoon();
    if (!this.#left) return;
    const back = () => this.#left && this.#open();
    this.composer.room.bars.done(say("done.note"), back);
  }

  #show(shown) {
    this.place.hidden = !shown;
    this.button.setAttribute("aria-expanded", String(shown));
    this.button.setAttribute("aria-label", say(shown ? "note-out" : "note"));
  }

  /** From here Enter leads on to the words, and never sends half of them. */
  #key(event) {
    if (event.isComposing || event.keyCode === 229) return;
    if (event.key !== "Enter" && event.key !== "Escape") return;
    event.preventDefault();
    event.stopPropagation();
    if (event.key === "Escape") this.#leaveOut();
    else if (event.ctrlKey || event.metaKey) return this.composer.send();
    return this.composer.text.focus();
  }
}
