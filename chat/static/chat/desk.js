// <reweave-desk>: keeps a facilitator's desk as it is now. The page works without it.

import { focusOn, isWritten, notesIn, putIn, send } from "./acts/in-place.js";
import { Line } from "./line/line.js";
import { keepHere } from "./standing/here.js";
import { redraw } from "./words/times.js";

const UNDO = 10_000;
const NOW_AND_THEN = 30_000;
const LATER = 3000;
const NEWS = /^(care\.flag|report\.|desk\.|message\.(held|let_through|set_aside|put_back|taken_back|edited|asked)|member\.|room\.)/;

class Desk extends HTMLElement {
  #looking;
  #waiting;
  #looks = 0;
  #isActing = false;
  // With the place where something was done last.
  #address = location.href;

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
    this.addEventListener("submit", (event) => this.#act(event));
    this.#undoEnds();
  }

  /** Does what was pressed, where it stands. */
  async #act(event) {
    const { target: form, submitter } = event;
    if ("natively" in form.dataset) return;
    event.preventDefault();
    if (this.#isActing) return;
    this.#isActing = true;
    const answer = await send(form, submitter);
    this.#isActing = false;
    const notes = answer ? notesIn(answer) : this.#unreached();
    // Done, and leads on: asked again it would be done twice.
    if (!notes && answer.done) return location.assign(answer.url);
    if (!notes) return this.#actElsewhere(form, submitter);
    const { page, url, done } = answer ?? { page: document };
    // What was asked before shows the desk as it was.
    this.#looks += 1;
    putIn(page, notes, submitter ?? form, { done });
    this.#undoEnds();
    if (!done) return undefined;
    this.querySelector("[data-said]").textContent = notes.textContent;
    this.#address = url;
    return this.#draw(page);
  }

  #unreached() {
    const said = document.importNode(this.querySelector("#unreached").content, true);
    return Object.assign(said.firstElementChild, { id: "noted" });
  }

  /** What is answered by another page, such as the one to sign in on, is asked as without script. */
  #actElsewhere(form, submitter) {
    form.dataset.natively = "";
    form.requestSubmit(submitter ?? undefined);
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

  /** Draws the desk anew, part by part; not what someone writes in or has something open of. What
   * came to a queue that is left as it stands is said beside it. */
  async #look() {
    const look = ++this.#looks;
    const response = await fetch(this.#address).catch(() => undefined);
    // The house doesn't answer just now: it is asked again, for nothing else would say it.
    if (!response || response.status >= 500) return this.#lookAgain();
    if (!response.ok) return;
    const page = new DOMParser().parseFromString(await response.text(), "text/html");
    // Asked since, the house may have answered that already; this is how it was before.
    if (!page.querySelector("[data-part]") || look !== this.#looks) return;
    redraw(page);
    return this.#draw(page);
  }

  #draw(page) {
    const parts = page.querySelectorAll("[data-part]");
    const heading = page.querySelector("#h-q");
    const fresh = this.#fresh(page);
    // Whoever has begun while the house was asked goes on.
    const left = [...this.querySelectorAll("[data-part]")].filter((part, at) => {
      if (isBusy(part)) return true;
      part.replaceWith(parts[at]);
      return false;
    });
    document.title = page.title;
    if (fresh.length) this.querySelector("[data-said]").textContent = heading.textContent;
    this.#more(this.#fresh(page), heading);
    this.#count(heading, page);
    this.#undoEnds();
    clearTimeout(this.#waiting);
    if (left.length) this.#lookOnceFree(left);
  }

  /** How many things stand in a queue of which one is done, and that there are none. */
  #count(heading, page) {
    const [here, there] = [this.querySelectorAll(".qitem"), page.querySelectorAll(".qitem")];
    if (here.length !== there.length) return;
    this.querySelector("#h-q").innerHTML = heading.innerHTML;
  }

  /** What waits by now and isn't in this page's queue. */
  #fresh(page) {
    const items = [...page.querySelectorAll(".qitem")];
    return items.filter(({ id }) => !document.getElementById(id));
  }

  /** Beside a queue that stands as it was: that there is more, and the way to it. */
  #more(fresh, heading) {
    const bar = this.querySelector("[data-more]");
    bar.hidden = !fresh.length;
    if (!fresh.length) return;
    const isCare = fresh.some(({ dataset }) => dataset.needs === "care");
    for (const words of bar.querySelectorAll("b")) words.hidden = "care" in words.dataset !== isCare;
    bar.querySelector("button").onclick = () => this.#show(fresh, heading);
  }

  /** Puts what came where it belongs; nothing else moves or is lost. */
  #show(fresh, heading) {
    for (const item of fresh.toReversed()) {
      const following = item.nextElementSibling;
      const place = following && document.getElementById(following.id);
      (place ?? this.querySelector("[data-items-end]")).before(item.cloneNode(true));
    }
    this.querySelector("[data-nothing]")?.remove();
    this.querySelector("#h-q").replaceWith(heading);
    this.#more([]);
    const first = document.getElementById(fresh[0].id);
    focusOn(first);
  }

  #lookAgain() {
    clearTimeout(this.#looking);
    this.#looking = setTimeout(() => this.#look(), LATER);
  }

  /** The house is asked again when one of these parts is free, and not before. */
  #lookOnceFree(parts) {
    this.#waiting = setTimeout(() => {
      if (parts.every(isBusy)) this.#lookOnceFree(parts);
      else this.#look();
    }, LATER);
  }

  #undoEnds() {
    const undo = this.querySelector("[data-undo]");
    if (undo) setTimeout(() => isOver(undo), UNDO);
  }
}

/** Whoever is at it, with a hand or the keyboard, has it for as long as they are. */
function isOver(undo) {
  if (undo.matches(":hover, :focus-within")) setTimeout(() => isOver(undo), UNDO);
  else undo.remove();
}

function isBusy(part) {
  const writes = [...part.querySelectorAll("textarea, select, input:not([type=hidden])")];
  if (writes.some(isWritten)) return true;
  return Boolean(part.querySelector("details[open]")) || part.contains(document.activeElement);
}

customElements.define("reweave-desk", Desk);
