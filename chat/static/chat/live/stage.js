// The middle of the page: what part it is, who has the talking piece, what they say and how much
// room there is, and where one writes when it is one's turn.

import { now } from "../words/clock.js";
import { say, sayInWords } from "../words/sayings.js";

const MINUTE = 60_000;
// An event and the row it tells of are written a moment apart.
const SLACK = 1000;

export class Stage {
  constructor(live) {
    this.live = live;
    this.heading = live.querySelector("[data-heading]");
    this.lead = live.querySelector("[data-lead]");
    this.holding = live.querySelector("[data-holding]");
    this.form = live.querySelector("[data-composer]");
    this.frame = live.querySelector("[data-log-frame]");
    this.time = live.querySelector("[data-time]");
    this.with = live.querySelector("[data-with]");
    this.with.addEventListener("click", (event) => this.#respond(event));
  }

  get whoHolds() {
    const { holder } = this.live.state;
    if (!holder) return say("live.nobody");
    if (this.live.iHold) return say("live.yours");
    return say("live.has", { name: this.live.person(holder).name });
  }

  draw() {
    const { live } = this;
    const { state } = live;
    this.phases();
    const another = live.inRound && state.holder && !live.iHold;
    this.holding.hidden = !another;
    if (another) {
      const person = live.person(state.holder);
      this.holding.querySelector("[data-swatch]").className = person.swatch;
      this.holding.querySelector("[data-words]").textContent = this.whoHolds;
    }
    const breathes = live.hasAttribute("data-breathing") && state.phase === "grounding";
    this.heading.classList.toggle("vh", Boolean(another || breathes));
    this.heading.textContent = live.iHold ? say("live.yours") : live.partName(state.phase);
    const words = breathes ? "" : this.#leadWords();
    this.lead.hidden = !words;
    this.lead.textContent = words;
    live.querySelector("[data-unheld]").hidden = live.isHeld;
    live.querySelector("[data-unheld-round]").hidden = !live.inRound;
    this.#composer();
    this.said();
    this.tick();
  }

  #leadWords() {
    const { live } = this;
    const { phase, holder, order } = live.state;
    if (live.iHold) return sayInWords("live.lead.yours", Math.max(1, this.#listeners(order)));
    if (live.inRound) return holder ? "" : this.#between();
    return say(phase === "closing" && live.isOpen ? "live.lead.closing-open" : `live.lead.${phase}`);
  }

  #listeners(order) {
    const facilitators = [...this.live.known.values()].filter(({ role }) => role === "facilitator");
    return new Set([...order.map(({ member }) => member), ...facilitators.map(({ id }) => id)]).size - 1;
  }

  #between() {
    const { order } = this.live.state;
    const over = order.length && !this.live.coming;
    return over ? say("live.round-over") : say("live.lead.between");
  }

  phases() {
    const parts = [...this.live.querySelectorAll("[data-part]")];
    const now = parts.findIndex(({ dataset }) => dataset.part === this.live.state.phase);
    const at = now < 0 ? parts.length : now;
    parts.forEach((part, place) => {
      const is = place < at ? "done" : place === at ? "now" : "todo";
      part.className = is;
      if (is === "now") part.setAttribute("aria-current", "step");
      else part.removeAttribute("aria-current");
      part.querySelector("[data-said]").textContent = say(`live.${is}`);
    });
  }

  /** Where it is somebody else's turn there is nothing to write in; but words that stand there stay
   * in sight, until it's one's turn again or the session is over. */
  mayWriteOrNot() {
    this.form.hidden = !this.live.standing.hasFloor && !this.live.composer.holdsWords;
  }

  #composer() {
    const { live, form } = this;
    this.mayWriteOrNot();
    form.querySelector("[data-hold]").hidden = !live.iHold;
    // In a round words come first; elsewhere one answers what was said above.
    const above = live.inRound;
    const isAbove = form.nextElementSibling === this.frame;
    if (above === isAbove) return;
    const held = form.contains(document.activeElement) && document.activeElement;
    if (above) this.frame.before(form);
    else this.frame.after(form);
    if (held) held.focus({ preventScroll: true });
  }

  /** What the present holder said in this turn stands out; one responds to the last of it. */
  said() {
    const { live } = this;
    if (live.state.phase === "ended") return;
    const { holder, holder_at: since } = live.state;
    const from = since ? new Date(since).getTime() - SLACK : Infinity;
    let last;
    let shown = 0;
    for (const entry of live.log.list.querySelectorAll(".msg[data-id]")) {
      const { member, at, state } = entry.dataset;
      const inTurn = live.inRound && member === holder && new Date(at).getTime() >= from;
      entry.classList.toggle("turn", inTurn);
      if (inTurn && state === "posted") last = entry;
      shown += 1;
    }
    this.frame.hidden = !shown && !live.log.list.childElementCount;
    this.#answering(live.iHold ? undefined : last);
  }

  #answering(entry) {
    this.with.hidden = !entry;
    this.message = entry?.dataset.id;
    if (!entry) return;
    const { name } = this.live.person(entry.dataset.member);
    this.with.querySelector("[data-with-words]").textContent = say("live.with", { name });
    const given = this.live.dress.mine.get(entry.dataset.id) ?? [];
    for (const button of this.with.querySelectorAll("[data-give]")) {
      button.setAttribute("aria-pressed", String(given.includes(button.dataset.give)));
    }
  }

  async #respond({ target }) {
    const button = target.closest("[data-give]");
    const { message } = this;
    if (!button || !message) return;
    const frame = { do: "respond", circle: this.live.dataset.circle, message };
    try {
      const ack = await this.live.line.ask({ ...frame, response: button.dataset.give });
      this.live.dress.mine.set(message, ack.mine);
      const entry = this.live.log.entry(message);
      if (entry) this.live.dress.responses(entry);
      this.said();
    } catch {
      // The button stays as it was: nothing was given.
    }
  }

  /** How much room is left. It reminds, and never cuts. */
  tick() {
    const { live } = this;
    const { holder, holder_at: since, soft_seconds: soft } = live.state;
    this.time.hidden = !(live.inRound && holder && since && soft);
    if (this.time.hidden) return;
    const gone = now() - new Date(since).getTime();
    const left = soft * 1000 - gone;
    const minutes = left < MINUTE / 2 ? 0 : Math.max(1, Math.round(left / MINUTE));
    const words = sayInWords(live.iHold ? "live.mytime" : "live.time", minutes);
    const place = this.time.querySelector("[data-time-words]");
    if (place.textContent !== words) place.textContent = words;
    const share = Math.min(1, Math.max(0, gone / (soft * 1000)));
    this.time.querySelector("[data-sand]").style.inlineSize = `${Math.round(share * 100)}%`;
  }
}
