// <reweave-desk>: keeps a facilitator's desk as it is now. The page works without it.

import { Line } from "./line/line.js";
import { keepHere } from "./standing/here.js";
import { redraw } from "./words/times.js";

const UNDO = 10_000;
const NOW_AND_THEN = 30_000;
const NEWS = /^(care\.flag|report\.|desk\.|message\.(held|let_through|set_aside|put_back|taken_back|edited|asked)|member\.|room\.)/;

class Desk extends HTMLElement {
  #looking;
  #looks = 0;

  connectedCallback() {
    const { circle, socket, here, away, lease } = this.dataset;
    if (circle) {
      this.line = Line.ofTab(socket);
      this.line.open(circle, this.#of(circle));
    } else {
      // The line of a page of many circles belongs to its unread marks.
      setInterval(() => document.hidden || this.#look(), NOW_AND_THEN);
    }
    if (here) {
      const token = this.querySelector("[name=csrfmiddlewaretoken]")?.value;
      keepHere({ here, away, token, seconds: Number(lease) });
    }
    this.#undoEnds();
  }

  /** What the line asks of a circle: only that something happened, never what was said. */
  #of(circle) {
    // As of the page: what has happened since it was drawn is told on opening.
    let since = Number(this.dataset.head);
    return {
      get since() {
        return since;
      },
      hear: (frame) => {
        if (frame.is === "opened" && frame.reload) {
          since = frame.head;
          this.#lookSoon();
        }
        if (frame.is === "head" && frame.seq > since) this.line.reopen(circle);
        if (frame.is !== "events") return;
        since = frame.upto;
        if (frame.events.some(({ kind }) => NEWS.test(kind))) this.#lookSoon();
      },
      ended: () => location.reload(),
      mayEnter: async () => "yes",
      withoutLine: async () => undefined,
    };
  }

  #lookSoon() {
    clearTimeout(this.#looking);
    this.#looking = setTimeout(() => this.#look(), 400);
  }

  /** Draws the desk anew; not while someone writes in it or has something open. */
  async #look() {
    const part = this.querySelector("[data-part]");
    if (this.#isBusy(part)) return this.#lookLater();
    const look = ++this.#looks;
    const response = await fetch(location.href).catch(() => undefined);
    // The house doesn't answer just now: it is asked again, for nothing else would say it.
    if (!response || response.status >= 500) return this.#lookLater();
    if (!response.ok) return;
    const page = new DOMParser().parseFromString(await response.text(), "text/html");
    const now = page.querySelector("[data-part]");
    // Asked since, the house may have answered that already; this is how it was before.
    if (!now || look !== this.#looks) return;
    // Whoever has begun while the house was asked goes on.
    if (this.#isBusy(part)) return this.#lookLater();
    const before = this.#count(part);
    redraw(now);
    part.replaceWith(now);
    document.title = page.title;
    if (this.#count(now) > before) {
      this.querySelector("[data-said]").textContent = now.querySelector("#h-q").textContent;
    }
    this.#undoEnds();
  }

  #isBusy(part) {
    const writes = [...part.querySelectorAll("textarea, input:not([type=hidden])")];
    if (writes.some((one) => one.value !== one.defaultValue)) return true;
    return Boolean(part.querySelector("details[open]")) || part.contains(document.activeElement);
  }

  #lookLater() {
    clearTimeout(this.#looking);
    this.#looking = setTimeout(() => this.#look(), 3000);
  }

  #count(part) {
    return part.querySelectorAll(".qitem").length;
  }

  #undoEnds() {
    const undo = this.querySelector("[data-undo]");
    if (undo) setTimeout(() => undo.remove(), UNDO);
  }
}

customElements.define("reweave-desk", Desk);
