// <reweave-live>: a session, drawn from the one state that everyone is told. It is a room, so that
// what is said in it arrives, is sent and is kept as ever; what goes round is drawn here.

import { Breath } from "./live/breath.js";
import { Lead } from "./live/lead.js";
import { Place } from "./live/place.js";
import { Round } from "./live/round.js";
import { Stage } from "./live/stage.js";
import { Room } from "./room.js";
import { cut, say } from "./words/sayings.js";

const NO_MARKS = { add() {}, read() {}, seen() {}, hush() {}, gone() {}, show() {} };
const LONGEST_WAIT = 5000;
const UNHELD_AFTER = 60_000;
const BY_NUMBER = new Set(["seconds", "step"]);

class Live extends Room {
  #heldAt = Date.now();

  connectedCallback() {
    this.state = JSON.parse(this.dataset.state);
    this.isSeated = "seated" in this.dataset;
    this.isFacilitator = this.dataset.role === "facilitator";
    this.isOpen = "many" in this.dataset;
    this.known = new Map();
    for (const one of document.getElementById("live-people").content.children) {
      const { id, role, swatch } = one.dataset;
      this.known.set(id, { id, role, swatch, name: one.textContent });
    }
    super.connectedCallback();
    this.stage = new Stage(this);
    this.round = new Round(this);
    this.place = new Place(this);
    this.breath = new Breath(this);
    this.lead = this.isFacilitator ? new Lead(this) : undefined;
    this.addEventListener("click", (event) => this.#press(event));
    this.draw();
    this.ticking = setInterval(() => this.tick(), 1000);
  }

  disconnectedCallback() {
    clearInterval(this.ticking);
  }

  empty(part, how) {
    this.disconnectedCallback();
    this.stage = undefined;
    super.empty(part, how);
  }

  // What is drawn asks these ------------------------------------------------------------

  /** Whether someone holds the room, as far as the house or their own lease says. What isn't
   * known for a minute is taken for no. */
  get isHeld() {
    return this.state.attended && Date.now() - this.#heldAt < UNHELD_AFTER;
  }

  /** Nothing is counted as unread where everyone listens to one. */
  get marks() {
    return NO_MARKS;
  }

  get inRound() {
    return this.state.phase === "check_in" || this.state.phase === "sharing";
  }

  get iHold() {
    return this.inRound && this.state.holder === this.me;
  }

  /** The room stands otherwise: nobody is offered to answer who couldn’t. */
  mayWriteOrNot() {
    if (!this.standing || this.state.phase === "ended") return;
    if (this.standing.locked) this.can.delete("post");
    else this.can.add("post");
    this.stage?.mayWriteOrNot();
  }

  get mine() {
    return this.state.order.find(({ member }) => member === this.me);
  }

  /** Who comes next; in closing everyone can write, and nobody's turn is to come. */
  get coming() {
    if (this.state.phase === "closing") return undefined;
    return this.state.order.find(({ state }) => state === "waiting" || state === "last");
  }

  person(id) {
    const known = this.company?.people.get(id) ?? this.known.get(id);
    return known ?? { id, name: say("live.someone"), swatch: "swatch", role: "peer" };
  }

  partName(phase) {
    const part = this.querySelector(`[data-part="${phase}"] [data-label]`);
    return say(`live.round.${phase}`) || (part?.textContent ?? "");
  }

  // What comes in ------------------------------------------------------------------------

  hear(frame) {
    super.hear(frame);
    if (!this.stage) return;
    if (frame.is !== "events") {
      if (frame.is === "opened") this.draw();
      return;
    }
    const told = frame.events.filter(({ session }) => session);
    if (told.length) this.take(told.at(-1).session);
    for (const { kind } of frame.events) {
      if (kind === "room.paused" || kind === "room.resumed") {
        this.toggleAttribute("data-paused", kind === "room.paused");
        this.lead?.draw();
      }
      if (kind === "member.muted" || kind === "member.unmuted") this.round.draw();
    }
    this.stage?.said();
  }

  /** A page that was loaded anew, because too much had happened. */
  reloaded(root) {
    super.reloaded(root);
    this.isSeated = "seated" in root.dataset;
    if (root.dataset.state) this.take(JSON.parse(root.dataset.state));
  }

  /** Its page is not a session's any more. What was being written is kept. */
  elsewhere() {
    location.reload();
  }

  take(state) {
    const before = this.state;
    if (state.id !== before.id) {
      // Another session: its agreement is on its own page.
      if (state.opened_at > before.opened_at && state.phase !== "ended") this.#goAgain();
      return;
    }
    if (state.step < before.step) return;
    this.state = state;
    this.standing.takes(state);
    this.#refuse("");
    this.draw();
    this.#announce(before);
  }

  #goAgain() {
    setTimeout(() => location.reload(), this.isOpen ? Math.random() * LONGEST_WAIT : 0);
  }

  draw() {
    if (!this.stage || !this.isConnected) return;
    this.dataset.phase = this.state.phase;
    this.mayWriteOrNot();
    document.getElementById("do").elements.step.value = this.state.step;
    if (this.state.phase === "ended") return this.#end();
    const held = this.contains(document.activeElement) ? document.activeElement : undefined;
    for (const part of [this.stage, this.round, this.place, this.breath, this.lead]) part?.draw();
    // What was just pressed may be gone: the heading says where things stand now.
    if (held?.isConnected && held.offsetParent) held.focus({ preventScroll: true });
    else if (held) this.querySelector("[data-heading]").focus({ preventScroll: true });
  }

  tick() {
    if (this.state.phase === "ended") return;
    if (this.standing.watch.here.length) this.#heldAt = Date.now();
    this.querySelector("[data-unheld]").hidden = this.isHeld;
    this.stage.tick();
    this.breath.tick();
  }

  #end() {
    clearInterval(this.ticking);
    this.stage.phases();
    const main = this.querySelector("main");
    if (main.querySelector(":scope > .breathe h1")) return;
    // Words that were being written stay where they can be copied.
    const written = this.composer.text.value.trim();
    const end = cut("part-ended");
    const form = this.querySelector("[data-composer]");
    for (const one of main.querySelectorAll(".holder > *")) one.hidden = one !== form || !written;
    main.prepend(end);
    for (const one of main.querySelectorAll("aside, .lead-panel")) one.hidden = true;
    this.querySelector("[data-foot]").hidden = true;
    end.querySelector("h1").focus();
  }

  /** Once for each step that changes who speaks or what part it is. */
  #announce(before) {
    const { phase, holder, breath_until: breath, attended } = this.state;
    const lines = [];
    if (phase === "ended" && before.phase !== "ended") lines.push(say("live.said.ended"));
    else if (phase !== before.phase || this.state.round !== before.round) {
      lines.push(say("live.said.phase", { part: this.partName(phase) }));
    }
    if (holder !== before.holder && this.inRound) lines.push(this.stage.whoHolds);
    if (breath && breath !== before.breath_until) lines.push(say("live.said.breath"));
    if (!attended && before.attended) lines.push(say("live.said.unheld"));
    // Whoever was writing just then.
    if (lines.length && this.composer.holdsWords) lines.push(this.standing.why);
    if (lines.length) this.querySelector("[data-announce]").textContent = lines.join(" ");
  }

  // What is done -------------------------------------------------------------------------

  async #press(event) {
    const button = event.target.closest("button[data-verb]");
    if (!button) return;
    event.preventDefault();
    if (button.getAttribute("aria-disabled") === "true") return;
    button.setAttribute("aria-disabled", "true");
    this.#refuse("");
    try {
      await this.#do(button);
    } finally {
      button.removeAttribute("aria-disabled");
    }
  }

  async #do(button) {
    const { verb } = button.dataset;
    const fields = button.name ? { [button.name]: value(button) } : {};
    if (verb === "order") fields.members = this.round.moved(button);
    await this.ask(verb, fields, () => this.#byHttp(button));
  }

  /** Says a verb; why it could not be is shown. `otherwise` is tried where there is no line. */
  async ask(verb, fields, otherwise = async () => false) {
    const frame = { do: verb, circle: this.dataset.circle, step: this.state.step, ...fields };
    try {
      const ack = await this.line.ask(frame);
      if (ack.seated) this.#sat();
    } catch (refused) {
      if (refused.code === "line" && (await otherwise())) return;
      this.#refuse(refused.say || say("not-reached"));
    }
  }

  #sat() {
    this.isSeated = true;
    this.querySelector("[data-agreement]")?.remove();
    this.draw();
    this.querySelector("[data-heading]").focus({ preventScroll: true });
  }

  /** Without a line: as the page without script does, and it is drawn from what comes back. */
  async #byHttp(button) {
    const body = new FormData(document.getElementById("do"));
    if (button.name) body.append(button.name, button.value);
    try {
      const response = await fetch(button.formAction, { method: "POST", body });
      const page = new DOMParser().parseFromString(await response.text(), "text/html");
      const root = page.querySelector(this.localName);
      // Another page of the house, or they are signed out: asked anew, the page says so.
      if (!root && (response.ok || response.status === 401)) location.reload();
      if (!root) return false;
      this.reloaded(root);
      if (this.isSeated) this.querySelector("[data-agreement]")?.remove();
      this.draw();
      const no = root.querySelector("[data-said-no]:not([hidden]) span");
      if (no) this.#refuse(no.textContent);
      return true;
    } catch {
      return false;
    }
  }

  #refuse(sentence) {
    const place = this.querySelector("[data-said-no]");
    place.hidden = !sentence;
    place.querySelector("span").textContent = sentence;
    if (sentence) place.scrollIntoView({ block: "nearest" });
  }
}

function value({ name, value: words }) {
  if (name === "agreed") return true;
  return BY_NUMBER.has(name) ? Number(words) : words;
}

customElements.define("reweave-live", Live);
