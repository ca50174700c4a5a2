// What lies after the last entry on the page, where the room was opened at an older place:
// fetched before the reader gets there. What happens at the end meanwhile is kept for then.

import { cut, entryFrom } from "./sayings.js";

const AHEAD = "0px 0px 1500px";

export class Newer {
  #loading = false;
  #kept = new Map();

  constructor(log) {
    this.log = log;
    this.room = log.room;
    this.last = Number(log.list.dataset.last);
    this.#watch();
  }

  get #link() {
    return this.room.querySelector("[data-newer]");
  }

  /** Whether the log on the page ends before the room's does. */
  get isMore() {
    return Boolean(this.#link);
  }

  /** Whether an entry belongs to what is not on the page yet; then it is kept until it is. */
  holds(entry) {
    if (!this.isMore || Number(entry.dataset.seq) <= this.last) return false;
    this.#kept.set(entry.dataset.id, entry);
    return true;
  }

  forget(id) {
    this.#kept.delete(id);
  }

  /** There is more after place `last`; 0: the log on the page ends where the room's does. */
  from(last) {
    this.#link?.parentElement.remove();
    this.last = last;
    if (!last) return this.#kept.clear();
    const way = cut("part-newer");
    way.firstElementChild.href = `${this.room.dataset.page}after/${last}/`;
    this.log.list.after(way);
    return this.#watch();
  }

  #watch() {
    const link = this.#link;
    this.eye?.disconnect();
    if (!link) return;
    const { scroller, log } = this.log.scroll;
    this.eye = new IntersectionObserver(
      (seen) => seen.some((one) => one.isIntersecting) && this.#load(),
      { root: scroller === log ? log : null, rootMargin: AHEAD },
    );
    this.eye.observe(link);
    link.addEventListener("click", (event) => {
      event.preventDefault();
      this.#load();
    });
  }

  async #load() {
    if (this.#loading) return;
    this.#loading = true;
    this.eye.disconnect();
    try {
      const response = await fetch(this.#link.href, { headers: { "X-Fragment": "1" } });
      if (!response.ok || response.redirected) throw new Error("not loaded");
      this.#append(entryFrom(await response.text()));
    } catch {
      // The link stays; a press or the next scroll to it tries again.
      if (this.#link) this.eye.observe(this.#link);
    } finally {
      this.#loading = false;
    }
  }

  #append(stretch) {
    this.log.dress.learn(stretch.dataset);
    const fresh = [...stretch.children];
    const isMore = "newer" in stretch.dataset;
    // What was said while the last of it was on its way.
    const kept = isMore ? [] : [...this.#kept.values()];
    const { last } = stretch.dataset;
    this.log.change(() => {
      for (const entry of [...fresh, ...kept]) {
        if (!this.log.entry(entry.dataset.id)) this.log.add(entry);
      }
      this.from(isMore ? Number(last) : 0);
    });
  }
}
