// What lies before the first entry on the page: fetched before the reader gets there.

import { cut, entryFrom } from "./sayings.js";

const AHEAD = "1500px 0px 0px";

export class Older {
  #loading = false;

  constructor(log) {
    this.log = log;
    this.room = log.room;
    this.first = Number(log.list.dataset.first);
    this.#watch();
  }

  get #link() {
    return this.room.querySelector("[data-older]");
  }

  /** Whether an entry belongs to what is not on the page yet. */
  holds(entry) {
    return Boolean(this.#link) && Number(entry.dataset.seq) < this.first;
  }

  /** There is more before place `first`; 0: there is nothing before. */
  from(first) {
    this.#link?.parentElement.remove();
    this.first = first;
    if (!first) return;
    const way = cut("part-older");
    way.firstElementChild.href = `${this.room.dataset.page}before/${first}/`;
    this.log.list.before(way);
    this.#watch();
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
      this.#prepend(entryFrom(await response.text()));
    } catch {
      // The link stays; a press or the next scroll to it tries again.
      if (this.#link) this.eye.observe(this.#link);
    } finally {
      this.#loading = false;
    }
  }

  #prepend(stretch) {
    const { dress, list } = this.log;
    dress.learn(stretch.dataset);
    const older = [...stretch.children].filter((entry) => !this.log.entry(entry.dataset.id));
    older.forEach((entry) => dress.entry(entry));
    this.log.change(() => {
      list.prepend(...older);
      this.from("more" in stretch.dataset ? Number(stretch.dataset.first) : 0);
    });
  }
}
