// The log on the page. Events are applied once each, in order; after any absence it stands as a
// freshly loaded page would.

import { reach } from "../line/reach.js";
import { entryFrom } from "../words/sayings.js";
import { requote } from "../writing/quote.js";
import { stands } from "./dress.js";
import { Newer } from "./newer.js";
import { Older } from "./older.js";

// What was told beside a message is over with these.
const UNTOLD = new Set(["message.put_back", "message.let_through", "message.taken_back"]);
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
    this.newer = new Newer(this);
  }

  entry(id) {
    return document.getElementById(`m-${id}`);
  }

  /** A frame of events. Gives the messages of others that it brought, as they stand after all of it. */
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
        if (this.#apply(event)) arrived.push(event.id);
      }
      this.dress.between();
      this.#trim();
      requote(this.room);
    });
    this.cursor = upto;
    const entries = arrived.map((id) => this.entry(id) ?? this.newer.kept(id));
    return entries.filter((entry) => entry && stands(entry));
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
      requote(this.room);
    });
  }

  /** The newest message here that the house has given; undefined where there is none. */
  get newest() {
    return [...this.list.querySelectorAll(":scope > [data-id]")].at(-1)?.dataset.id;
  }

  /** Puts an entry from the server where it belongs. */
  add(entry) {
    this.dress.entry(entry);
    this.#place(entry);
  }

  /** Puts in place what a fresh load of the page holds. What is not sent yet stays at the end.
   * Whoever reads at an older place stays there, unless they want the newest.
   * Gives what others wrote meanwhile; undefined where the page was not to be had. */
  async reload({ newest = false } = {}) {
    const { page, fresh: address = page } = this.room.dataset;
    const at = !newest && this.newer.isMore && this.scroll.placeInSight;
    const asked = at ? `${address}?at=${at}` : address;
    const response = await reach(asked, { headers: { Accept: "text/html" } });
    if (!response.ok || response.redirected) return undefined;
    const loaded = new DOMParser().parseFromString(await response.text(), "text/html");
    const root = loaded.querySelector(this.room.localName);
    if (!root) return this.room.elsewhere?.();
    if (root.dataset.me !== this.room.me) return this.room.anothers();
    const fresh = [...root.querySelectorAll("[data-log] > [data-id]")];
    const hasOlder = root.querySelector("[data-older]");
    const hasNewer = root.querySelector("[data-newer]");
    const { first, last } = root.querySelector("[data-log]").dataset;
    this.dress.learn(root.dataset);
    this.change(() => {
      const held = this.#held;
      this.#replace(fresh);
      this.older.from(hasOlder ? Number(first) : 0);
      this.newer.from(hasNewer ? Number(last) : 0);
      if (held) this.#giveBack(held);
    });
    const since = this.cursor;
    this.cursor = Number(root.dataset.head);
    this.room.outbox.settle();
    this.room.reloaded(root);
    const { me } = this.room.dataset;
    const isNews = ({ dataset }) => dataset.seq > since && dataset.member !== me;
    return fresh.filter((entry) => isNews(entry) && stands(entry));
  }

  /** All of the log in place of what stood there; what is not sent yet stays at its end. */
  #replace(fresh) {
    const stood = new Map([...this.list.children].map((entry) => [entry.dataset.id, entry]));
    const drafts = this.list.querySelectorAll(":scope > .msg:not([data-id])");
    this.list.replaceChildren(...fresh, ...drafts);
    for (const entry of fresh) {
      this.dress.entry(entry);
      if (stood.has(entry.dataset.id)) carry(stood.get(entry.dataset.id), entry);
    }
  }

  /** What the reader is at within the log, and the message it belongs to. */
  get #held() {
    const { activeElement: control } = document;
    const log = this.list.closest(".log");
    if (control === log || !log.contains(control)) return undefined;
    return { control, id: control.closest("[data-id]")?.dataset.id };
  }

  /** Whoever was at a message is at it again; where it is gone, they are at the log. */
  #giveBack({ control, id }) {
    const fresh = id && this.entry(id);
    if (control.isConnected) control.focus({ preventScroll: true });
    else if (fresh) refocus(control, fresh);
    else this.list.closest(".log").focus({ preventScroll: true });
  }

  /** Says whether it brought a message of others. */
  #apply(event) {
    if (event.mine) this.dress.mine.set(event.id, event.mine);
    if (UNTOLD.has(event.kind)) this.dress.told.delete(event.id);
    else if (event.say && event.id) this.dress.told.set(event.id, event.say);
    for (const { id, html } of event.also ?? []) {
      const quoting = this.entry(id);
      if (quoting) this.#swap(quoting, entryFrom(html));
    }
    if (event.quote) this.#quoteAnew(event);
    const before = event.id && this.entry(event.id);
    if (event.remove) this.#remove(before);
    if (event.remove) this.newer.forget(event.id);
    if (event.remove || !event.html) return false;
    const fresh = entryFrom(event.html);
    const standsIn = before ?? this.room.outbox?.draftOf(event.client_id);
    if (standsIn) this.#swap(standsIn, fresh);
    else if (this.older.holds(fresh)) return false;
    else if (this.newer.holds(fresh)) return this.#isNews(event, fresh);
    else this.#place(fresh);
    if (!standsIn) this.dress.entry(fresh);
    this.room.outbox?.arrived(event.client_id);
    return !standsIn && fresh.dataset.member !== this.room.dataset.me;
  }

  /** What answers to a message show of it, since it has changed. */
  #quoteAnew({ id, quote }) {
    for (const link of this.list.querySelectorAll(`[data-quotes="${id}"]`)) {
      const fresh = entryFrom(quote);
      const held = link === document.activeElement;
      this.dress.quote(fresh);
      link.closest(".quote").replaceWith(fresh);
      if (held) fresh.querySelector("a").focus({ preventScroll: true });
    }
  }

  /** Takes an entry away; whoever was at it is at the log then. */
  #remove(entry) {
    const held = entry?.contains(document.activeElement);
    entry?.remove();
    if (held) this.list.closest(".log")?.focus({ preventScroll: true });
  }

  /** Whether an event brings something that others said just now. */
  #isNews({ seq }, { dataset }) {
    return Number(dataset.seq) === seq && dataset.member !== this.room.dataset.me;
  }

  /** The same entry, drawn anew: what the reader had opened or held stays so. */
  #swap(old, fresh) {
    const held = old.contains(document.activeElement) && document.activeElement;
    this.dress.entry(fresh);
    old.replaceWith(fresh);
    carry(old, fresh);
    if (old.dataset.seq !== fresh.dataset.seq) this.#place(fresh);
    if (held) refocus(held, fresh);
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

/** What the reader had opened of an entry is open in the one that takes its place. */
function carry(old, fresh) {
  const veil = fresh.querySelector("details");
  if (veil && old.querySelector("details")?.open) veil.open = true;
  const menu = fresh.querySelector("[data-menu]");
  const sheet = menu && old.querySelector(":scope > .sheet");
  if (!sheet) return;
  fresh.append(sheet);
  menu.setAttribute("aria-expanded", "true");
}

/** Whoever was at a control is at its counterpart; where there is none, at the message. */
function refocus(held, fresh) {
  const menu = fresh.querySelector("[data-menu]");
  const holds = fresh.contains(held) ? held : (counterpart(held, fresh) ?? menu);
  if (!holds) fresh.tabIndex = -1;
  (holds ?? fresh).focus({ preventScroll: true });
}

/** In the entry drawn anew, the control that the reader had focused. */
function counterpart(held, fresh) {
  const { response } = held.dataset;
  if (response) return fresh.querySelector(`[data-response="${response}"]`);
  if (held.tagName === "SUMMARY") return fresh.querySelector("summary");
  return fresh.querySelector("[data-menu]");
}
