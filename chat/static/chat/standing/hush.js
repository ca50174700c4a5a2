// Hush until morning, and back again with one press.

import { now, zone } from "../words/clock.js";
import { say } from "../words/sayings.js";
import { untilThen } from "./standing.js";

export class Hush {
  #morning;

  constructor(room) {
    this.room = room;
    room.addEventListener("submit", (event) => this.#press(event, event.target));
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
      this.told(until);
    } catch (refused) {
      this.room.composer.refuse(refused.say || say("not-reached"));
    }
  }

  /** The circle is quiet until then, or is heard again; asked for here or on another device. */
  told(until) {
    clearTimeout(this.#morning);
    const lasts = until && new Date(until) > now();
    if (lasts) this.#morning = setTimeout(() => this.told(until), untilThen(until));
    this.#show(lasts ? until : null);
  }

  #show(until) {
    const forms = [...this.room.querySelectorAll("[data-hush]")];
    if (!forms.length) return;
    const held = document.activeElement?.closest("[data-hush], [data-bar=hush]");
    this.room.bars.hushed(until);
    for (const form of forms) form.hidden = Boolean(until);
    this.room.marks?.hush(this.room.dataset.circle, until);
    if (held) this.#keepFocus(forms, until);
  }

  /** What was pressed has gone: its other half takes the focus. */
  #keepFocus(forms, until) {
    const back = this.room.querySelector("[data-unhush] button");
    const shown = forms.find((form) => form.checkVisibility())?.querySelector("button");
    (until ? back : (shown ?? this.room.composer.text)).focus();
  }
}
