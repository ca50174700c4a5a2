// Where the reader is in the log. What arrives never moves what they are reading.

import { say, sayCount } from "../words/sayings.js";

const NEAR = 60;
const RESTS_AFTER = 150;

export class Scroll {
  // Messages of others that came below what the reader has in sight: their places by their ids.
  #below = new Map();
  #readSeq = 0;
  #scroller;
  // What the reader had at the top, once they had come to rest.
  #resting;
  #moved;

  constructor(room) {
    this.room = room;
    this.log = room.querySelector(".log");
    this.list = room.querySelector("[data-log]");
    this.end = room.querySelector("[data-end]");
    this.button = room.querySelector("[data-below]");
    this.button.addEventListener("click", async () => {
      await this.room.toNewest();
      this.log.focus({ preventScroll: true });
    });
    const look = () => {
      this.#look();
      clearTimeout(this.#moved);
      this.#moved = setTimeout(() => this.#rest(), RESTS_AFTER);
    };
    this.log.addEventListener("scroll", look, { passive: true });
    addEventListener("scroll", look, { passive: true });
    // A keyboard that opens, a composer that grows: whoever was at the end stays there.
    new ResizeObserver(() => this.wasAtEnd && this.toEnd()).observe(this.log);
    this.foot = room.querySelector("[data-composer]");
    new ResizeObserver(() => this.#clearFoot()).observe(this.foot);
    this.wasAtEnd = true;
    this.#scroller = this.scroller;
    addEventListener("resize", () => this.#resized());
  }

  /** On low screens the page scrolls, not the log. */
  get scroller() {
    const inside = getComputedStyle(this.log).overflowY !== "visible";
    return inside ? this.log : document.scrollingElement;
  }

  /** Where the page scrolls, what takes the focus comes to stand above the composer. */
  #clearFoot() {
    if (this.scroller === this.log) return;
    document.documentElement.style.setProperty("--foot", `${this.foot.offsetHeight}px`);
  }

  #rest() {
    this.#scroller = this.scroller;
    this.#resting = this.#inSight()[0]?.entry;
  }

  /** A keyboard opened, or the screen was turned: where the page scrolls now and not the log, or the
   * other way round, the reader is where neither has been. */
  #resized() {
    if (this.scroller === this.#scroller) return;
    this.#scroller = this.scroller;
    this.#clearFoot();
    if (this.wasAtEnd) this.toEnd();
    else if (this.#resting?.isConnected) this.#resting.scrollIntoView({ block: "start" });
    for (const edge of [this.room.log?.older, this.room.log?.newer]) edge?.watch();
  }

  /** Where the log ends for the eye. */
  get floor() {
    if (this.scroller === this.log) return this.log.getBoundingClientRect().bottom;
    return Math.min(this.foot.getBoundingClientRect().top, innerHeight);
  }

  /** What is seen of the log, from where to where. */
  get sight() {
    const log = this.log.getBoundingClientRect();
    // Where the page scrolls, its head may stand before it.
    const head = this.room.querySelector(".room-head")?.getBoundingClientRect().bottom ?? 0;
    const top = this.scroller === this.log ? log.top : Math.max(log.top, head);
    return { top: Math.max(top, 0), bottom: Math.min(this.floor, innerHeight) };
  }

  /** Whether the end of the room's log is in sight, or as good as. */
  get isAtEnd() {
    return !this.#isElsewhere && this.end.getBoundingClientRect().bottom <= this.floor + NEAR;
  }

  /** At an older place of the log, which goes on after what is on the page. */
  get #isElsewhere() {
    return Boolean(this.room.log?.newer.isMore);
  }

  /** The place of the first entry that the reader has in sight. */
  get placeInSight() {
    return this.#inSight()[0]?.entry.dataset.seq;
  }

  /** The first message that begins in sight; none at the end, where the room opens by itself. */
  get readHere() {
    if (this.isAtEnd) return undefined;
    const { top } = this.sight;
    return this.#inSight().find((one) => one.top >= top)?.entry.dataset.id;
  }

  toEnd() {
    this.#passEnd();
    this.room.sheet?.place();
    this.#look();
  }

  #passEnd() {
    // Where the log scrolls by itself, the page around it stays as it is.
    if (this.scroller === this.log) this.log.scrollTop = this.log.scrollHeight;
    else this.end.scrollIntoView({ block: "end" });
  }

  /** Changes the log, and keeps the reader's place in it: the end, or the entry at the top. */
  hold(change) {
    if (this.wasAtEnd && this.isAtEnd) {
      change();
      this.toEnd();
      return;
    }
    const marks = this.#inSight();
    change();
    const mark = marks.find(({ entry }) => entry.isConnected);
    if (mark) this.scroller.scrollTop += mark.entry.getBoundingClientRect().top - mark.top;
    this.#look();
  }

  /** To the place that was asked for, to the unread line where what is new is more than a screen,
   * else to the end. */
  start() {
    // Passing by the end is not having seen it.
    if (!this.#isElsewhere) this.#passEnd();
    const line = this.list.querySelector(".unread");
    const { hash } = location;
    const named = hash.startsWith("#m-") && document.getElementById(hash.slice(1));
    const target = named || this.#asked();
    const hides = line?.getBoundingClientRect().top < this.log.getBoundingClientRect().top;
    if (target) target.scrollIntoView({ block: "center" });
    else if (hides) line.scrollIntoView({ block: "start" });
    if (named) show(named);
    this.#look();
  }

  /** To an entry on the page, which is marked and has the focus. */
  goTo(entry) {
    entry.scrollIntoView({ block: "center" });
    show(entry);
  }

  #asked() {
    const { at } = this.list.dataset;
    if (!at) return null;
    const entries = [...this.list.querySelectorAll("[data-seq]")];
    return entries.find(({ dataset }) => Number(dataset.seq) >= Number(at)) ?? entries.at(-1);
  }

  /** Others wrote these at the end, which the reader may not have in sight. */
  arrived(entries) {
    if (!this.isAtEnd) {
      for (const { dataset } of entries) this.#below.set(dataset.id, Number(dataset.seq));
    }
    this.read(this.#readSeq);
  }

  /** So far it was read, perhaps in another tab or on another device: that isn't new any more. */
  read(upto) {
    this.#readSeq = Math.max(this.#readSeq, upto);
    for (const [id, seq] of this.#below) if (seq <= this.#readSeq) this.#below.delete(id);
    this.#look();
  }

  /** A message has left the room: it is not waited for any more. */
  forget(message) {
    if (this.#below.delete(message)) this.#look();
  }

  #look() {
    this.wasAtEnd = this.isAtEnd;
    if (this.wasAtEnd) {
      this.#below.clear();
      this.room.reachedEnd();
    }
    const { top, bottom } = this.sight;
    const far = this.end.getBoundingClientRect().top - this.floor > 2 * (bottom - top);
    this.button.hidden = this.wasAtEnd || !(this.#below.size || far || this.#isElsewhere);
    this.button.querySelector("span").textContent = this.#below.size
      ? sayCount("below", this.#below.size)
      : say("to-newest");
  }

  #inSight() {
    const top = this.scroller === this.log ? this.log.getBoundingClientRect().top : 0;
    return [...this.list.children]
      .map((entry) => ({ entry, box: entry.getBoundingClientRect() }))
      .filter(({ entry, box }) => box.bottom > top && entry.dataset.id)
      .map(({ entry, box }) => ({ entry, top: box.top }));
  }
}

export function show(entry) {
  entry.tabIndex = -1;
  entry.focus({ preventScroll: true });
}
