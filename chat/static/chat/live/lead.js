// What facilitators have beside it: the parts, the piece, the room.

import { now } from "../words/clock.js";
import { say } from "../words/sayings.js";

const PARTS = ["opening", "grounding", "check_in", "sharing", "closing"];

export class Lead {
  constructor(live) {
    this.live = live;
    this.panel = live.querySelector(".lead-panel");
    this.next = live.querySelector("[data-next]");
    this.onward = live.querySelector("[data-onward]");
    this.stage = live.querySelector("[data-stage]");
    this.stage?.addEventListener("submit", (event) => {
      event.preventDefault();
      this.#invite();
    });
  }

  draw() {
    const { live, panel } = this;
    const { state, inRound, iHold, me } = live;
    panel.querySelector("[data-led]").textContent = this.#led();
    this.#show("[data-take-over]", state.facilitator !== me);
    this.#show("[data-mine-piece]", inRound && !iHold);
    this.#show("[data-more-time]", inRound && state.holder);
    const breathes = state.breath_until && new Date(state.breath_until).getTime() > now();
    this.#show("[data-breathe]", !breathes);
    this.#show("[data-breathe-end]", breathes);
    this.#show("[data-pause]", !live.hasAttribute("data-paused"));
    this.#show("[data-resume]", live.hasAttribute("data-paused"));
    for (const part of panel.querySelectorAll("[data-parts] button")) {
      const is = part.value === state.phase;
      if (is) part.setAttribute("aria-current", "step");
      else part.removeAttribute("aria-current");
      const label = live.querySelector(`[data-part="${part.value}"] [data-label]`).textContent;
      part.textContent = is && inRound ? say("live.again", { part: label }) : label;
      part.hidden = is && !inRound;
    }
    this.#foot();
    this.#names();
  }

  // In an open session: who of the many is asked onto the stage.

  #names() {
    if (!this.stage) return;
    const options = [...this.live.company.people.values()].map(({ name }) => new Option(name, name));
    this.stage.querySelector("datalist").replaceChildren(...options);
  }

  async #invite() {
    const input = this.stage.elements.stage;
    const wanted = input.value.trim().toLocaleLowerCase();
    const { people } = this.live.company;
    const person = [...people.values()].find(({ name }) => name.toLocaleLowerCase() === wanted);
    if (!person) return input.focus();
    const toCome = this.live.state.order.filter(({ state }) => state === "waiting" || state === "last");
    const members = toCome.map(({ member }) => member).filter((id) => id !== person.id);
    input.value = "";
    return this.live.ask("order", { members: [...members, person.id] });
  }

  #foot() {
    const { live } = this;
    const { state, coming } = live;
    this.next.hidden = !live.inRound || !coming;
    if (coming) {
      const { name } = live.person(coming.member);
      const words = coming.member === live.me ? say("you") : name;
      this.next.querySelector("span").textContent = say("live.give", { name: words });
    }
    const part = PARTS[PARTS.indexOf(state.phase) + 1];
    this.onward.hidden = !part;
    if (!part) return;
    this.onward.value = part;
    const label = live.querySelector(`[data-part="${part}"] [data-label]`).textContent;
    this.onward.querySelector("span").textContent = say("live.onward", { part: label });
    // Where the round is over, going on is the first thing to do.
    this.onward.classList.toggle("first", this.next.hidden);
    this.onward.classList.toggle("quiet", !this.next.hidden);
  }

  #led() {
    const { facilitator } = this.live.state;
    if (!facilitator) return say("live.place.nobody-leads");
    if (facilitator === this.live.me) return say("live.place.leading");
    return say("live.place.led", { name: this.live.person(facilitator).name });
  }

  #show(what, is) {
    this.panel.querySelector(what).hidden = !is;
  }
}
