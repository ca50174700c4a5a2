// What lies before the first entry on the page.

import { Edge } from "./edge.js";

export class Older extends Edge {
  constructor(log) {
    super(log, { name: "older", ahead: "1500px 0px 0px" });
    this.first = Number(log.list.dataset.first);
  }

  /** Whether an entry belongs to what is not on the page yet. */
  holds(entry) {
    return Boolean(this.link) && Number(entry.dataset.seq) < this.first;
  }

  /** There is more before place `first`; 0: there is nothing before. */
  from(first) {
    this.first = first;
    this.lead(first && `before/${first}`, (way) => this.log.list.before(way));
  }

  arrived(stretch) {
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
