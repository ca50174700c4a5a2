// The breathing shed: two minutes, at one's own pace, as still as one likes.

import { now } from "../words/clock.js";
import { sayInWords } from "../words/sayings.js";

const MINUTE = 60_000;

export class Breath {
  constructor(live) {
    this.live = live;
    this.place = live.querySelector("[data-breath]");
    this.words = live.querySelector("[data-breath-left]");
    const moves = !matchMedia("(prefers-reduced-motion: reduce)").matches;
    this.place.querySelector("[data-breath-choice]").hidden = !moves;
    this.place.addEventListener("click", ({ target }) => this.#press(target.closest("button")));
  }

  draw() {
    this.tick();
  }

  tick() {
    const { breath_until: until } = this.live.state;
    const left = until ? new Date(until).getTime() - now() : 0;
    this.place.hidden = left <= 0;
    if (this.live.hasAttribute("data-breathing") !== left > 0) {
      this.live.toggleAttribute("data-breathing", left > 0);
      this.live.stage.draw();
      this.live.lead?.draw();
    }
    if (left <= 0) return;
    const words = sayInWords("live.breath", left < MINUTE * 0.9 ? 0 : Math.round(left / MINUTE));
    if (this.words.textContent !== words) this.words.textContent = words;
  }

  #press(button) {
    if (!button) return;
    const pressed = button.getAttribute("aria-pressed") !== "true";
    button.setAttribute("aria-pressed", String(pressed));
    if ("still" in button.dataset) this.place.classList.toggle("still", pressed);
    if ("sit" in button.dataset) this.place.classList.toggle("sit", pressed);
  }
}
