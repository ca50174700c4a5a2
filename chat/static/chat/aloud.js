// New messages, said to a screen reader in batches and only at the end of the log; and the count
// in the tab's title for whoever is elsewhere.

import { figure, say, sayCount } from "./sayings.js";

const BATCH = 1500;
const KEPT = 8;

export class Aloud {
  #waiting = [];
  #timer;
  #unseen = 0;

  constructor(room) {
    this.room = room;
    this.place = room.querySelector("[data-aloud]");
    this.title = document.title;
  }

  arrived(entries) {
    if (!entries.length) return;
    if (document.hidden || !this.room.scroll.isAtEnd) this.#count(this.#unseen + entries.length);
    if (document.hidden || !this.room.scroll.isAtEnd) return;
    this.#waiting.push(...entries);
    this.#timer ??= setTimeout(() => this.#say(), BATCH);
  }

  /** Words have left the room: none of what was said aloud stays behind. */
  forget() {
    this.place.replaceChildren();
  }

  seen() {
    if (this.#unseen) this.#count(0);
  }

  #count(n) {
    this.#unseen = n;
    document.title = n ? say("count", { n: figure(n), title: this.title }) : this.title;
  }

  #say() {
    const entries = this.#waiting.filter((entry) => entry.isConnected);
    this.#waiting = [];
    this.#timer = undefined;
    if (!entries.length) return;
    const last = entries.at(-1);
    const name = last.querySelector(".who")?.textContent ?? "";
    const text = last.querySelector(".note, .body, .q")?.textContent.trim() ?? "";
    const line = document.createElement("p");
    const one = last.querySelector(".note") ? "aloud.note" : "aloud.one";
    line.textContent =
      entries.length > 1 ? sayCount("aloud", entries.length, { name }) : say(one, { name, text });
    this.place.append(line);
    while (this.place.children.length > KEPT) this.place.firstElementChild.remove();
  }
}
