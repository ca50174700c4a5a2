// For facilitators: what is held in this room and waits to be read, above the log.

import { sayCount } from "../words/sayings.js";

const OVER = new Set(["message.let_through", "message.set_aside", "message.taken_back"]);

export class Waiting {
  constructor(room) {
    this.room = room;
    this.held = new Map(JSON.parse(room.dataset.waiting ?? "[]"));
    room.addEventListener("click", (event) => {
      const link = event.target.closest("[data-waits]");
      if (!link) return;
      event.preventDefault();
      room.goTo(link.dataset.waits);
    });
    this.show();
  }

  /** An event of the log, once it is on the page. */
  note({ kind, id }) {
    if (!id || !this.room.can.has("let_through")) return;
    const entry = this.room.log.entry(id);
    if (entry?.dataset.state === "held") {
      this.held.set(id, this.room.company.people.get(entry.dataset.member)?.name ?? "");
    } else if (entry || OVER.has(kind)) {
      this.held.delete(id);
    } else {
      return;
    }
    this.show();
  }

  show() {
    this.room.bars.stand("waiting", this.held.size, (bar) => {
      bar.querySelector("[data-say]").textContent = sayCount("waits", this.held.size);
      const list = bar.querySelector("ul");
      const row = list.firstElementChild;
      const rows = [...this.held].slice(0, 8).map(([id, name]) => {
        const copy = row.cloneNode(true);
        const link = copy.querySelector("a");
        link.dataset.waits = id;
        link.href = `${this.room.dataset.page}messages/${id}/`;
        link.textContent = name;
        return copy;
      });
      list.replaceChildren(...rows);
    });
  }
}
