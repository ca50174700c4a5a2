// What lies before the first entry on the page.

import { Edge } from "./edge.js";

export class Older extends Edge {
  constructor(log) {
    super(log, { name: "older", ahead: "1500px 0px 0px" });
    this.first = Number(log.list.dataset.first);
    // A session's log begins with it: what stands up to this place is in the room alone.
    this.start = Number(log.list.dataset.after ?? 0);
  }

  /** Whether an entry belongs to what is not on the page, or not yet. */
  holds({ dataset }) {
    const seq = Number(dataset.seq);
    return seq <= this.start || (Boolean(this.link) && seq < this.first);
  }

  /** There is more before place `first`; 0: there is nothing before. */
  from(first) {
    this.first = first;
    this.lead(first && `before/${first}`, (way) => this.log.list.before(way));
  }

  /** Gives the entry that the reader comes to next. */
  arrived(stretch) {
    const { dress, list } = this.log;
    dress.learn(stretch.dataset);
    const older = [...stretch.children].filter((entry) => this.#isWanted(entry));
    older.forEach((entry) => dress.entry(entry));
    this.log.change(() => {
      list.prepend(...older);
      const first = Number(stretch.dataset.first);
      this.from("more" in stretch.dataset && first > this.start ? first : 0);
    });
    return older.at(-1);
  }

  #isWanted({ dataset }) {
    return Number(dataset.seq) > this.start && !this.log.entry(dataset.id);
  }
}
