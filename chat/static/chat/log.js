// The log on the page. Events are applied once each, in order; after any absence it stands as a
// freshly loaded page would.

import { Older } from "./older.js";
import { entryFrom } from "./sayings.js";

const MOST = 500;
const LEAST = 200;

export class Log {
  #asking = false;

  constructor(room, dress, scroll) {
    this.room = room;
    this.dress = dress;
    this.scroll = scroll;
    this.list = room.querySelector("[data-log]");
    this.cursor = Number(room.dataset.head);
    for (const entry of this.list.querySelectorAll("[data-id]")) dress.entry(entry);
    dress.between();
    this.older = new Older(this);
  }

  entry(id) {
    return document.getElementById(`m-${id}`);
  }

  /** A frame of events. Says how many messages of others it brought. */
  hear({ after, upto, events }) {
    if (upto <= this.cursor) return [];
    if (after > this.cursor) {
      if (!this.#asking) this.room.askAgain();
      this.#asking = true;
      return [];
    }
    const fresh = events.filter(({ seq }) => seq > this.cursor);
    const arrived = [];
    this.scroll.hold(() => {
      for (const event of fresh) {
        const entry = this.#apply(event);
        if (entry) arrived.push(entry);
      }
      this.dress.between();
      this.#trim();
    });
    this.cursor = upto;
    return arrived;
  }

  /** The circle was opened: nothing is asked any more. */
  opened() {
    this.#asking = false;
  }

  /** Changes what stands, and keeps the reader's place. */
  change(how) {
    this.scroll.hold(() => {
      how();
      this.dress.between();
    });
  }

  /** Puts in place what a fresh load of the page holds. What is not sent yet stays at the end.
   * Gives what others wrote meanwhile; undefined where the page was not to be had. */
  async reload() {
    const response = await fetch(this.room.dataset.page, { headers: { Accept: "text/html" } });
    if (!response.ok || response.redirected) return undefined;
    const page = new DOMParser().parseFromString(await response.text(), "text/html");
    const root = page.querySelector("reweave-room");
    const fresh = [...root.querySelectorAll("[data-log] > [data-id]")];
    const hasOlder = root.querySelector("[data-older]");
    const { first } = root.querySelector("[data-log]").dataset;
    this.dress.learn(root.dataset);
    this.change(() => {
      const drafts = this.list.querySelectorAll(":scope > .msg:not([data-id])");
      this.list.replaceChildren(...fresh, ...drafts);
      fresh.forEach((entry) => this.dress.entry(entry));
      this.older.from(hasOlder ? Number(first) : 0);
    });
    const since = this.cursor;
    this.cursor = Number(root.dataset.head);
    this.room.outbox.settle();
    const { me } = this.room.dataset;
    return fresh.filter(({ dataset }) => dataset.seq > since && dataset.member !== me);
  }

  #apply(event) {
    if (event.mine) this.dress.mine.set(event.id, event.mine);
    if (event.say && event.id) this.dress.told.set(event.id, event.say);
    for (const { id, html } of event.also ?? []) {
      const quoting = this.entry(id);
      if (quoting) this.#swap(quoting, entryFrom(html));
    }
    const before = event.id && this.entry(event.id);
    if (event.remove) before?.remove();
    if (event.remove || !event.html) return undefined;
    const fresh = entryFrom(event.html);
    const standsIn = before ?? this.room.outbox?.draftOf(event.client_id);
    if (standsIn) this.#swap(standsIn, fresh);
    else if (this.older.holds(fresh)) return undefined;
    else this.#place(fresh);
    if (!standsIn) this.dress.entry(fresh);
    this.room.outbox?.arrived(event.client_id);
    return standsIn || fresh.dataset.member === this.room.dataset.me ? undefined : fresh;
  }

  /** The same entry, drawn anew: what the reader had opened or held stays so. */
  #swap(old, fresh) {
    const open = old.querySelector("details")?.open;
    const held = old.contains(document.activeElement) && document.activeElement;
    this.dress.entry(fresh);
    const sheet = old.querySelector(":scope > .sheet");
    old.replaceWith(fresh);
    if (sheet && fresh.querySelector("[data-menu]")) {
      fresh.append(sheet);
      fresh.querySelector("[data-menu]").setAttribute("aria-expanded", "true");
    }
    if (open && fresh.querySelector("details")) fresh.querySelector("details").open = true;
    if (old.dataset.seq !== fresh.dataset.seq) this.#place(fresh);
    const holds = held && (sheet?.contains(held) ? held : counterpart(held, fresh));
    if (holds) holds.focus({ preventScroll: true });
  }

  #place(entry) {
    const place = Number(entry.dataset.seq);
    let next = null;
    for (let one = this.list.lastElementChild; one; one = one.previousElementSibling) {
      if (one === entry) continue;
      if (one.dataset.id && Number(one.dataset.seq) < place) break;
      next = one;
    }
    this.list.insertBefore(entry, next);
  }

  /** A tab that stays open for weeks doesn't keep all of them. */
  #trim() {
    const entries = this.list.querySelectorAll(":scope > [data-id]");
    if (entries.length <= MOST || !this.scroll.wasAtEnd) return;
    [...entries].slice(0, -LEAST).forEach((entry) => entry.remove());
    this.older.from(Number(this.list.querySelector("[data-seq]").dataset.seq));
    this.dress.between();
  }
}

/** In the entry drawn anew, the control that the reader had focused. */
function counterpart(held, fresh) {
  const { response } = held.dataset;
  if (response) return fresh.querySelector(`[data-response="${response}"]`);
  if (held.tagName === "SUMMARY") return fresh.querySelector("summary");
  return fresh.querySelector("[data-menu]");
}
