// <reweave-talk>: a talk of two, kept as it is now. The page works without it.

import { redraw } from "./words/times.js";

const EVERY = 5000;

class Talk extends HTMLElement {
  connectedCallback() {
    setInterval(() => document.hidden || this.#look(), EVERY);
  }

  /** Draws anew what was said; what one is writing stays, also where the other has ended it. */
  async #look() {
    const response = await fetch(location.href).catch(() => undefined);
    if (!response?.ok) return;
    const page = new DOMParser().parseFromString(await response.text(), "text/html");
    const now = page.querySelector("reweave-talk");
    if (!now) return;
    redraw(now);
    this.#take(now, "[data-lines]");
    const ended = now.querySelector("[data-ended]");
    if (ended && !this.querySelector("[data-ended]")) {
      this.querySelector("[data-lines]").after(ended);
      this.querySelector("[data-end]")?.remove();
      if (!this.querySelector("textarea")?.value.trim()) this.querySelector("[data-write]")?.remove();
    }
  }

  #take(now, part) {
    const [mine, theirs] = [this.querySelector(part), now.querySelector(part)];
    const some = mine.childElementCount;
    // Only what is new is added, so that only that is read out.
    mine.append(...[...theirs.children].slice(some));
  }
}

customElements.define("reweave-talk", Talk);
