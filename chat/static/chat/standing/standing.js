// How the room stands: what holds for everyone, what for this reader, and who is here. Shown in
// the bars, by the line that says who holds the room, and in the composer where it is locked.

import { moment, now } from "../words/clock.js";
import { say } from "../words/sayings.js";
import { whatFloorForbids, whatForbids } from "../writing/writing.js";
import { keepHere } from "./here.js";
import { Watch } from "./watch.js";

const TOLD = "muted held holds pace pace_by paused hours hours_until floor piece".split(" ");

export class Standing {
  constructor(room) {
    this.room = room;
    const { dataset } = room;
    this.state = JSON.parse(dataset.standing ?? "{}");
    this.watch = new Watch(room);
    this.watch.addEventListener("change", () => this.show());
    this.show();
    if (room.can.has("here") && dataset.lease) this.#keepHere();
  }

  #keepHere() {
    const { page, lease, circle } = this.room.dataset;
    const token = this.room.querySelector("[name=csrfmiddlewaretoken]").value;
    const addresses = { here: `${page}here/`, away: `${page}away/` };
    this.here = keepHere(
      { ...addresses, token, seconds: Number(lease) },
      { say: (verb) => this.room.line.isLive && this.room.line.send({ do: verb, circle }) },
    );
  }

  opened(frame) {
    this.watch.answered(frame);
    for (const field of TOLD) {
      if (field in frame) this.state[field] = frame[field];
    }
    this.show();
    this.here?.say();
  }

  /** The line came or went: without one, less is known. */
  lineIs(state) {
    if (state !== "live") this.watch.lost();
    this.#showWatch();
  }

  attended(frame) {
    this.watch.heard(frame);
  }

  /** An event of the log. */
  note({ kind, member, until, say: words, seconds, on, hours, session }) {
    const me = member?.id === this.room.dataset.me;
    const { company } = this.room;
    if (session) this.takes(session);
    if (kind === "member.held") company.held.add(member.id);
    if (kind === "member.unheld") company.held.delete(member.id);
    const news = {
      "room.paused": { paused: true },
      "room.resumed": { paused: false },
      "room.pace": { pace: seconds, pace_by: member?.name ?? this.#whoAsked(seconds) },
      "room.holds": { holds: on },
      "room.hours": { hours, hours_until: until },
      "member.muted": me && { muted: { until, say: words } },
      "member.unmuted": me && { muted: null },
      "member.held": me && { held: { say: words ?? say("held") } },
      "member.unheld": me && { held: null },
    }[kind];
    if (!news) return;
    Object.assign(this.state, news);
    this.show();
  }

  /** Of an event that names nobody, from when none did: what is known of this pace already. */
  #whoAsked(seconds) {
    return seconds === this.state.pace ? this.state.pace_by : "";
  }

  /** A session has come to this: who may write in it now, and whether it is this reader. */
  takes({ floor, holder }) {
    // An older house wrote no floor.
    if (!floor) return;
    Object.assign(this.state, { floor, piece: holder === this.room.dataset.me });
    this.show();
  }

  /** What keeps this reader from writing now; "" for nothing. */
  get locked() {
    const { state, role, watch } = this;
    const muted = state.muted && this.#isAhead(state.muted.until);
    return whatForbids({ ...state, role, muted, attended: watch.here.length > 0 });
  }

  /** The sentence about that; "" where they may write. */
  get why() {
    const { muted } = this.state;
    const when = muted && moment(new Date(muted.until));
    return this.locked && say(`locked.${this.locked}`, { when });
  }

  /** Whether a session that goes on leaves this reader something to write in. */
  get hasFloor() {
    const { state, role } = this;
    return !whatFloorForbids({ ...state, role });
  }

  get role() {
    return this.room.dataset.role;
  }

  show() {
    const { bars, composer } = this.room;
    const { muted, held, holds, pace, paused, hours } = this.state;
    const { pace_by: paceBy, hours_until: until } = this.state;
    this.room.toggleAttribute("data-paused", Boolean(paused));
    bars.muted(muted && this.#isAhead(muted.until) ? muted : null);
    bars.stand("held", Boolean(held), (bar) => {
      bar.querySelector("[data-say]").textContent = held.say;
    });
    bars.stand("holds", holds && !held);
    bars.paused(paused);
    bars.pace(pace, paceBy);
    const ends = until && this.#isAhead(until) ? until : null;
    bars.hours(hours, ends, this.watch.here.length > 0, this.state.floor);
    this.#showWatch();
    composer.lock(this.why);
    this.room.keeping?.show(this.state);
    this.room.mayWriteOrNot?.();
    clearTimeout(this.unlock);
    if (muted) this.unlock = setTimeout(() => this.show(), untilThen(muted.until));
  }

  /** Whether it is to come still by the house's clock, which says what holds. */
  #isAhead(instant) {
    return new Date(instant) > now();
  }

  #showWatch() {
    const place = this.room.querySelector("[data-watch]");
    const { here } = this.watch;
    const people = here.map((id) => this.#name(id));
    const alone = here.join() === this.room.dataset.me;
    const { line } = this.room.dataset;
    const none = line && line !== "live" ? "unknown" : "none";
    const form = alone ? "you" : ([none, "one", "two"][people.length] ?? "other");
    if (!place) return;
    place.dataset.held = people.length ? "yes" : "no";
    const [name, other] = people;
    const words = say(`watch.${form}`, { name, other });
    const told = place.querySelector("[data-say]");
    // Written anew it would be told anew.
    if (told.textContent !== words) told.textContent = words;
  }

  #name(id) {
    if (id === this.room.dataset.me) return say("you");
    const listed = this.room.querySelector(`[data-person="${id}"] bdi`)?.textContent;
    return this.room.company.people.get(id)?.name ?? listed ?? say("facilitator");
  }
}

/** How long until then. A timer can't reach further than some weeks. */
export function untilThen(instant) {
  return Math.min(Math.max(new Date(instant) - now(), 0) + 500, 2 ** 31 - 1);
}
