// Who is here and who is writing. Never stored, never announced, and nobody learns who has read.

import { now } from "../words/clock.js";
import { cut, say, sayCount, sayInWords } from "../words/sayings.js";

const SAY_EVERY = 3000;
const BELIEVED = 6000;

export class Company {
  #saidAt = 0;
  #writing = new Map();
  #here = new Set();
  #muted;

  constructor(room) {
    this.room = room;
    this.me = room.dataset.me;
    this.people = new Map();
    this.hidden = new Set();
    this.stands(room.dataset);
    this.line = room.querySelector("[data-typing]");
  }

  // Who is muted or held, for those who hold the room. A mute is over by itself when its time comes.

  /** As a page was drawn with it. */
  stands({ muted = "{}", heldMembers = "[]" }) {
    this.#muted = new Map(Object.entries(JSON.parse(muted)));
    this.held = new Set(JSON.parse(heldMembers));
  }

  mute(id, until) {
    this.#muted.set(id, until);
  }

  unmute(id) {
    this.#muted.delete(id);
  }

  isMuted(id) {
    return new Date(this.#muted.get(id) ?? 0).getTime() > now();
  }

  /** Everyone who belongs, as the server names them. */
  opened(members) {
    this.people = new Map(members.map((member) => [member.id, member]));
    for (const id of this.#listed()) if (!this.people.has(id)) this.#unlist(id);
    for (const member of members) this.#list(member);
    this.#count();
  }

  /** Whether what is told of someone goes to the program leads: they hold the circle, or nobody
   * does but perhaps whoever tells. */
  goesToLeads(id) {
    const holders = [...this.people.values()].filter(({ role }) => role === "facilitator");
    const looks = holders.some((one) => one.id !== this.me);
    return this.people.get(id)?.role === "facilitator" || (this.people.size > 0 && !looks);
  }

  joined(member) {
    this.people.set(member.id, member);
    this.#list(member);
    this.#count();
  }

  left({ id }) {
    this.people.delete(id);
    this.#unlist(id);
    this.#count();
  }

  presence({ here }) {
    this.#here = new Set(here.filter((id) => !this.hidden.has(id)));
    const place = this.room.querySelector("[data-here]");
    place.hidden = here.length < 2;
    place.textContent = ` · ${sayCount("here", here.length)}`;
    this.#show();
  }

  /** Who is here isn't known without a line; with the next one it is told anew. */
  lineIs(state) {
    if (state !== "live") this.presence({ here: [] });
  }

  isWriting({ member }) {
    if (member === this.me || this.hidden.has(member)) return;
    clearTimeout(this.#writing.get(member));
    this.#writing.set(member, setTimeout(() => this.stopped(member), BELIEVED));
    this.#show();
  }

  stopped(member) {
    clearTimeout(this.#writing.get(member));
    if (this.#writing.delete(member)) this.#show();
  }

  amWriting() {
    const at = Date.now();
    if (at - this.#saidAt < SAY_EVERY) return;
    this.#saidAt = at;
    this.room.line.send({ do: "typing", circle: this.room.dataset.circle });
  }

  #show() {
    const names = [...this.#writing.keys()].map((id) => this.people.get(id)?.name).filter(Boolean);
    const [name, other] = names;
    const form = ["", "one", "two"][names.length] ?? "other";
    if (this.line.hidden === names.length > 0) {
      this.room.scroll.hold(() => {
        this.line.hidden = !names.length;
      });
    }
    this.line.querySelector("span").textContent = form && say(`writing.${form}`, { name, other });
    for (const person of this.room.querySelectorAll("[data-person]")) {
      const { person: id } = person.dataset;
      const doing = person.querySelector("[data-doing]");
      const now = this.#writing.has(id) ? "writing" : this.#here.has(id) && "here";
      const words = [doing.dataset.rest, now && say(`doing.${now}`)];
      doing.textContent = words.filter(Boolean).join(", ");
    }
  }

  /** How many belong, where the page says it: whoever writes goes by who can read it. */
  #count() {
    const peers = this.room.querySelector("[data-peers]");
    if (!peers) return;
    const people = [...this.people.values()];
    const holders = people.filter(({ role }) => role === "facilitator");
    peers.textContent = sayInWords("peers", people.length - holders.length);
    const readers = sayInWords("readers", people.length);
    const iHold = holders.some(({ id }) => id === this.me);
    const [name] = holders.map((one) => one.name).sort();
    this.room.composer.readBy(name && !iHold ? `${readers} ${say("may-hold", { name })}` : readers);
  }

  #listed() {
    const people = this.room.querySelectorAll("[data-people] [data-person]");
    return [...people].map(({ dataset }) => dataset.person);
  }

  #list({ id, name, swatch, role }) {
    if (this.#listed().includes(id)) return;
    for (const list of this.room.querySelectorAll(".people")) {
      const person = cut("part-person");
      person.dataset.person = id;
      person.firstElementChild.className = `${swatch} small`;
      person.querySelector("bdi").textContent = name;
      const rest = role === "facilitator" ? say("facilitator") : "";
      person.querySelector("[data-doing]").dataset.rest = rest;
      const tell = person.querySelector(".tell");
      tell.href = `${this.room.dataset.page}members/${id}/tell/`;
      tell.setAttribute("aria-label", say(this.goesToLeads(id) ? "tell-lead-about" : "tell-about", { name }));
      list.append(person);
    }
    this.#show();
  }

  #unlist(id) {
    this.room.querySelectorAll(`[data-person="${id}"]`).forEach((person) => person.remove());
  }
}
