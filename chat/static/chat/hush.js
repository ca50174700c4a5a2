// Hush until morning, and back again with one press.

import { zone } from "./clock.js";
import { say } from "./sayings.js";

export class Hush {
  constructor(room) {
    this.room = room;
    room.addEventListener("submit", (event) => this.#press(event, event.target));
    room.addEventListener("click", (event) => {
      if (event.target.closest("button[data-unhush]")) this.#ask("unhush");
    });
  }

  #press(event, form) {
    if (!form.matches("[data-hush], [data-unhush]")) return;
    event.preventDefault();
    if (this.room.line.isLive) this.#ask(form.matches("[data-hush]") ? "hush" : "unhush");
    else this.room.leaveBy(() => form.submit());
  }

  async #ask(verb) {
    const { circle } = this.room.dataset;
    try {
      const { until } = await this.room.line.ask({ do: verb, circle, zone });
      this.#show(until);
      this.room.marks?.hush(circle, until ?? null);
    } catch (refused) {
      this.room.composer.refuse(refused.say || say("not-reached"));
    }
  }

  #show(until) {
    this.room.bars.hushed(until);
    const forms = [...this.room.querySelectorAll("[data-hush]")];
    for (const form of forms) form.hidden = Boolean(until);
    // What was pressed has gone: its other half takes the focus.
    const back = this.room.querySelector("button[data-unhush]");
    const shown = forms.find((form) => form.checkVisibility())?.querySelector("button");
    (until ? back : (shown ?? this.room.composer.text)).focus();
  }
}
