// One's own place in the session, and what one can do from it.

import { say } from "../words/sayings.js";

export class Place {
  constructor(live) {
    this.live = live;
    this.foot = live.querySelector("[data-foot]");
  }

  draw() {
    const { live } = this;
    const { mine, inRound, iHold } = live;
    const waits = inRound && (mine?.state === "waiting" || mine?.state === "last");
    this.#show("[data-sit-down]", live.isSeated && !mine && !live.isFacilitator && !live.isOpen);
    this.#show("[data-raise]", mine && !iHold);
    this.#show("[data-pass]", waits);
    this.#show("[data-last]", waits);
    this.#show("[data-step-out]", mine && !iHold);
    const raise = this.foot.querySelector("[data-raise] span");
    raise.textContent = say(mine?.hand ? "live.lower" : "live.raise");
    const last = this.foot.querySelector("[data-last] span");
    last.textContent = say(mine?.state === "last" ? "live.not-last" : "live.ask-last");
    const is = this.#is();
    this.foot.querySelector("[data-place]").hidden = !is;
    if (!is) return;
    this.foot.querySelector("[data-place-words]").textContent = say(`live.place.${is}`);
    this.foot.querySelector("[data-place-more]").textContent = say(`live.place.${is}.more`);
  }

  #is() {
    const { mine, inRound, coming, me } = this.live;
    if (this.live.isFacilitator && !mine) return "";
    if (this.live.iHold) return "";
    if (!mine && this.live.isOpen) return "listening";
    if (!mine) return this.live.isSeated ? "out" : "";
    if (!inRound) return "seated";
    if (mine.state === "waiting" && coming?.member === me) return "next";
    return mine.state;
  }

  #show(what, is) {
    this.foot.querySelector(what).hidden = !is;
  }
}
