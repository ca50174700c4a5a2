// <reweave-door>: where someone waits for a session. When it opens, they are let in.

import { Line } from "./line/line.js";
import { mayEnter } from "./line/reach.js";
import "./words/times.js";

const LONGEST_WAIT = 5000;

class Door extends HTMLElement {
  connectedCallback() {
    this.since = Number(this.dataset.head);
    Line.ofTab(this.dataset.socket).open(this.dataset.circle, this);
  }

  hear({ is, upto, events, head, reload }) {
    if (is === "opened" && reload) this.since = head;
    if (is !== "events") return;
    this.since = Math.max(this.since, upto);
    if (events.some(({ session }) => session && session.phase !== "ended")) this.#enter();
  }

  #enter() {
    // Hundreds who wait don't all knock in the same moment.
    setTimeout(() => location.reload(), "many" in this.dataset ? Math.random() * LONGEST_WAIT : 0);
  }

  ended() {
    location.reload();
  }

  mayEnter() {
    return mayEnter(this.dataset.page);
  }

  async withoutLine() {}
}

customElements.define("reweave-door", Door);
