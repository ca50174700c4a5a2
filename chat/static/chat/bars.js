// The bars below the room's head: how the line stands, and what holds for this room or reader.

import { moment } from "./clock.js";
import { cut, say, sayCount } from "./sayings.js";

// A hitch shorter than this needs no telling.
const HITCH = 1500;
const WELCOME = 8000;

export class Bars {
  #later;

  constructor(room) {
    this.line = room.querySelector("[data-line]");
    this.standing = room.querySelector("[data-standing]");
    this.line.addEventListener("click", ({ target }) => {
      if (target.closest("[data-do=try]")) room.line.now();
    });
    this.lift = undefined;
    const until = room.dataset.mutedUntil;
    if (until) this.muted({ until, say: room.dataset.mutedSay });
  }

  /** How the line stands: nothing is said of one that is well. */
  lineIs(state) {
    clearTimeout(this.#later);
    if (state === "live") this.#line(undefined);
    else if (state === "reconnecting") this.#later = setTimeout(() => this.#line(state), HITCH);
    else this.#line(state);
  }

  get isTold() {
    return Boolean(this.line.firstElementChild);
  }

  back(arrived) {
    const bar = this.#line("back");
    bar.querySelector("[data-say]").textContent = sayCount("away", arrived);
    this.#later = setTimeout(() => bar.remove(), WELCOME);
  }

  /** The reader may not write until then; null: they may. */
  muted(mute) {
    clearTimeout(this.lift);
    this.#stand("muted", mute && new Date(mute.until) > new Date(), (bar) => {
      bar.querySelector("[data-say]").textContent = mute.say ?? "";
      const when = moment(new Date(mute.until));
      bar.querySelector("[data-until]").textContent = say("until", { when });
      // A timer can't reach further than some weeks.
      const ms = Math.min(new Date(mute.until) - Date.now(), 2 ** 31 - 1);
      this.lift = setTimeout(() => this.muted(mute), ms);
    });
  }

  paused(is) {
    this.#stand("paused", is, () => undefined);
  }

  pace(seconds) {
    this.#stand("pace", seconds, (bar) => {
      bar.querySelector("[data-say]").textContent = sayCount("pace", seconds);
    });
  }

  #stand(name, is, fill) {
    const old = this.standing.querySelector(`[data-bar="${name}"]`);
    const bar = is && cut(`bar-${name}`);
    if (bar) fill(bar);
    if (bar && old?.textContent.trim() === bar.textContent.trim()) return;
    old?.remove();
    if (bar) this.standing.append(bar);
  }

  #line(name) {
    const bar = name && cut(`bar-${name}`);
    this.line.replaceChildren(...(bar ? [bar] : []));
    return bar;
  }
}
