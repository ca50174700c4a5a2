// What lies after the last entry on the page, where the room was opened at an older place. What
// happens at the end meanwhile is kept for then.

import { Edge } from "./edge.js";

export class Newer extends Edge {
  #kept = new Map();

  constructor(log) {
    super(log, { name: "newer", ahead: "0px 0px 1500px" });
    this.last = Number(log.list.dataset.last);
  }

  /** Whether the log on the page ends before the room's does. */
  get isMore() {
    return Boolean(this.link);
  }

  /** Whether an entry belongs to what is not on the page yet; then it is kept until it is. */
  holds(entry) {
    if (!this.isMore || Number(entry.dataset.seq) <= this.last) return false;
    this.#kept.set(entry.dataset.id, entry);
    return true;
  }

  kept(id) {
    return this.#kept.get(id);
  }

  forget(id) {
    this.#kept.delete(id);
  }

  /** There is more after place `last`; 0: the log on the page ends where the room's does. */
  from(last) {
    this.last = last;
    if (!last) this.#kept.clear();
    this.lead(last && `after/${last}`, (way) => this.log.list.after(way));
  }

  /** Gives the entry that the reader comes to next. */
  arrived(stretch) {
    this.log.dress.learn(stretch.dataset);
    const isMore = "newer" in stretch.dataset;
    // What was said while the last of it was on its way.
    const kept = isMore ? [] : [...this.#kept.values()];
    const { last } = stretch.dataset;
    const next = stretch.firstElementChild;
    this.log.change(() => {
      for (const entry of [...stretch.children, ...kept]) {
        if (!this.log.entry(entry.dataset.id)) this.log.add(entry);
      }
      this.from(isMore ? Number(last) : 0);
    });
    return next;
  }
}
