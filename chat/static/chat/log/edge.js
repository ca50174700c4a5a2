// Where the log on the page ends before the room's does, on one side or the other: what lies beyond
// is fetched before the reader gets there. The link is a way for everyone else.

import { reach } from "../line/reach.js";
import { cut, entryFrom, say } from "../words/sayings.js";
import { show } from "./scroll.js";

// An eye that is opened anew sees at once what is there: without a pause it would never rest.
const PAUSE = 5000;

export class Edge {
  #loading = false;
  #eye;
  #again;

  constructor(log, { name, ahead }) {
    this.log = log;
    this.room = log.room;
    this.name = name;
    this.ahead = ahead;
    this.watch();
  }

  get link() {
    return this.room.querySelector(`[data-${this.name}]`);
  }

  /** Another link in place of the one before; without an address the log ends here. */
  lead(address, place) {
    this.link?.parentElement.remove();
    if (!address) return;
    const way = cut(`part-${this.name}`);
    way.firstElementChild.href = `${this.room.dataset.page}${address}/`;
    place(way);
    this.watch();
  }

  watch() {
    clearTimeout(this.#again);
    this.#eye?.disconnect();
    if (!this.link) return;
    const { scroller, log } = this.log.scroll;
    this.#eye = new IntersectionObserver(
      (seen) => seen.some((one) => one.isIntersecting) && this.#load(),
      { root: scroller === log ? log : null, rootMargin: this.ahead },
    );
    this.#eye.observe(this.link);
    this.link.onclick = (event) => {
      event.preventDefault();
      this.#load();
    };
  }

  async #load() {
    if (this.#loading) return;
    this.#loading = true;
    this.#eye.disconnect();
    try {
      const response = await reach(this.link.href, { headers: { "X-Fragment": "1" } });
      if (!response.ok || response.redirected) throw new Error("not loaded");
      const stretch = entryFrom(await response.text());
      const held = this.link === document.activeElement;
      const next = this.arrived(stretch);
      // Whoever was at the link reads on from there.
      if (held && next) show(next);
    } catch {
      this.#failed();
    } finally {
      this.#loading = false;
    }
  }

  /** The link stays, and says so: a press tries again, and so does the page by and by. */
  #failed() {
    if (!this.link) return;
    this.link.textContent = say(`${this.name}-failed`);
    this.#again = setTimeout(() => this.watch(), PAUSE);
  }
}
