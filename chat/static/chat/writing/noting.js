// The content note: a field that one opens, and closes to leave the note out. What stood in it then
// comes back with it, for as long as the words it went with are there. It is counted as the words are.

import { say, sayCount } from "../words/sayings.js";
import { characters } from "./characters.js";

const NEARLY = 20;

export class Noting {
  #left = "";

  constructor(composer, keepSoon) {
    this.composer = composer;
    this.keepSoon = keepSoon;
    this.place = composer.form.querySelector("[data-noting]");
    this.field = composer.form.elements.note;
    this.button = composer.form.querySelector("[data-do=note]");
    this.limit = Number(this.field.dataset.limit);
    this.left = this.place.querySelector("[data-note-left]");
    this.field.addEventListener("input", () => this.#measure());
    this.button.addEventListener("click", () => this.#press());
    this.field.addEventListener("keydown", (event) => this.#key(event));
    this.put(this.field.value);
  }

  get words() {
    return this.field.value;
  }

  get isTooLong() {
    return this.#more < 0;
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

  /** How many more characters it takes; below 0, how many are too many. */
  get #more() {
    return this.limit - characters(this.words.trim());
  }

  #measure() {
    const more = this.#more;
    this.left.hidden = more > NEARLY;
    this.left.textContent = more < 0 ? sayCount("over", -more) : sayCount("left", more);
  }

  #show(shown) {
    this.#measure();
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
