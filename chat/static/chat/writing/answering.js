// The bar above what one writes: whom it answers, or which message it changes, and what has become
// of that one meanwhile.

import { say } from "../words/sayings.js";
import { becameOf, quoted } from "./quote.js";

export class Answering {
  constructor(room, form) {
    this.room = room;
    this.bar = form.querySelector("[data-answering]");
    this.told = this.bar.querySelector("[data-meanwhile]");
  }

  answer(quote) {
    this.quote = quote;
    const isOwn = quote.member === this.room.dataset.me;
    const name = say(isOwn ? "answering-own" : "answering", { name: quote.name });
    this.#show(quoted({ ...quote, name }, this.room.log), say("stop-answering"));
    this.look();
  }

  /** What goes with the words: they answer nothing that has left the room. */
  get given() {
    return this.quote && !becameOf(this.quote, this.room.log) ? this.quote : undefined;
  }

  /** The log is not what it was. */
  look() {
    if (this.quote) this.#tell(becameOf(this.quote, this.room.log));
  }

  /** `now` is what it reads where that is not what one began with. */
  change(message, now = "") {
    this.quote = undefined;
    const name = say(now ? "changing-now" : "changing");
    const quote = quoted({ id: message, name });
    quote.querySelector("b + bdi").textContent = now;
    this.#show(quote, say("stop-changing"), now && say("changed-meanwhile"));
  }

  /** The message that was changed can't be any more: the words stand by themselves. */
  alone(sentence) {
    this.quote = undefined;
    this.#quoting.hidden = true;
    this.#stop.setAttribute("aria-label", say("stop-alone"));
    this.#tell(sentence);
  }

  hide() {
    this.quote = undefined;
    this.bar.hidden = true;
    this.#quoting.replaceChildren();
    delete this.#quoting.dataset.of;
    this.#tell("");
  }

  get #quoting() {
    return this.bar.querySelector(".quote");
  }

  get #stop() {
    return this.bar.querySelector("button");
  }

  #show(quote, stop, told = "") {
    this.#quoting.replaceWith(quote);
    this.#stop.setAttribute("aria-label", stop);
    this.#tell(told);
    this.bar.hidden = false;
  }

  #tell(sentence) {
    if (this.told.textContent !== sentence) this.told.textContent = sentence;
  }
}
