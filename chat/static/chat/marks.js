// Unread marks of a person's circles, in the navigation and in the title. The server draws them;
// here they are kept, over the one line of the tab, until what they tell of is read.

import { Line } from "./line/line.js";
import { mayEnter } from "./line/reach.js";
import { houseSays, now } from "./words/clock.js";

const MOST = 9;
const LONGEST_TIMER = 2 ** 31 - 1;
const ARRIVED = new Set(["message.posted", "message.let_through", "prompt.posted"]);
const GONE = new Set(["message.taken_back", "message.set_aside"]);

class Marks extends HTMLElement {
  #circles = new Map();
  #said;

  connectedCallback() {
    this.plainTitle = document.title.replace(/^\(\d+\+?\) /, "");
    const here = document.querySelector("reweave-room")?.dataset.circle;
    this.person = this.dataset.reader;
    for (const known of JSON.parse(this.dataset.marks)) {
      this.#circles.set(known.circle, new Circle(this, known, Boolean(here)));
    }
    // What another tab of this browser has read is read here, too.
    this.#said = new BroadcastChannel("reweave-marks");
    this.#said.onmessage = ({ data }) => this.#heard(data);
    const line = Line.ofTab(this.dataset.socket);
    for (const [id, circle] of this.#circles) if (id !== here) line.open(id, circle);
    this.here = here;
  }

  /** The room's page was emptied: it tells nothing of other rooms either. */
  disconnectedCallback() {
    const line = Line.ofTab(this.dataset.socket);
    for (const id of this.#circles.keys()) if (id !== this.here) line.close(id);
    this.#said.close();
  }

  /** Something new in the circle that this page shows, out of its reader's sight. */
  add(circle, entry) {
    const one = this.#circles.get(circle);
    const { id, seq, member } = entry.dataset;
    if (one) one.add({ id, seq: Number(seq), member }, entry.outerHTML);
    this.show();
  }

  /** A message that was new has left the room that this page shows. */
  forget(circle, id) {
    this.#circles.get(circle)?.forget(id);
    this.show();
  }

  /** The circle has been read so far, perhaps on another device. */
  read(circle, seq) {
    this.#circles.get(circle)?.read(seq);
    this.show();
  }

  /** The circle's newest has been seen. */
  seen(circle) {
    if (!this.#circles.get(circle)?.count) return;
    this.#circles.get(circle).seen();
    this.show();
    this.#said.postMessage({ circle, seen: true });
  }

  /** Nothing from the circle until then; null: hear it again. */
  hush(circle, until) {
    this.#circles.get(circle)?.hush(until);
    this.show();
    this.#said.postMessage({ circle, until });
  }

  gone(circle) {
    for (const link of document.querySelectorAll(`[data-circle-link="${circle}"]`)) link.remove();
    this.leave(circle);
  }

  leave(circle) {
    this.#circles.delete(circle);
    this.show();
  }

  show() {
    const all = [...this.#circles].filter(([, circle]) => circle.speaks);
    for (const mark of document.querySelectorAll("[data-fresh]")) {
      const { fresh, but } = mark.dataset;
      const told = all.filter(([id]) => (fresh ? id === fresh : id !== but)).map(([, c]) => c);
      this.#draw(mark, total(told), told.some(({ named }) => named));
    }
    const waiting = total(all.map(([, circle]) => circle));
    document.title = waiting ? `(${figure(waiting)}) ${this.plainTitle}` : this.plainTitle;
  }

  #draw(mark, count, named) {
    mark.hidden = !count;
    mark.classList.toggle("named", named);
    mark.querySelector(".num").textContent = figure(count);
    const words = this.querySelector(named ? "[data-fresh-named]" : "[data-fresh-new]");
    mark.querySelector("[data-fresh-words]").textContent = count ? ` ${words.textContent}` : "";
  }

  #heard({ circle, seen, until }) {
    if (seen) this.#circles.get(circle)?.seen();
    else this.#circles.get(circle)?.hush(until);
    this.show();
  }
}

/** A circle that is listened to beside the page's own. */
class Circle {
  // The house doesn't count someone as here who only wants to know whether something is new.
  isBeside = true;
  // The places of those that came since the page did, by id; and how many came with it.
  #ids = new Map();
  #before;
  // Those of them that name this reader, and whether one did that the page came with.
  #naming = new Set();
  #wasNamed;
  #readSeq = 0;
  #until;
  #timer;

  constructor(marks, { circle, me, head, count, named, hushed }, besideRoom) {
    this.marks = marks;
    this.id = circle;
    this.me = me;
    this.since = head;
    this.head = head;
    this.#before = count;
    this.#wasNamed = named;
    this.besideRoom = besideRoom;
    this.hush(hushed);
  }

  get count() {
    return this.#before + this.#ids.size;
  }

  get named() {
    return this.#wasNamed || this.#naming.size > 0;
  }

  get speaks() {
    return this.count > 0 && !this.hushed;
  }

  add({ id, seq, member }, html) {
    if (member === this.me || seq <= this.#readSeq) return;
    this.#ids.set(id, seq);
    if (html.includes(`class="mention" data-member="${this.me}"`)) this.#naming.add(id);
  }

  seen() {
    this.#ids.clear();
    this.#naming.clear();
    this.#before = 0;
    this.#wasNamed = false;
  }

  read(upto) {
    this.#readSeq = Math.max(this.#readSeq, upto);
    for (const [id, seq] of this.#ids) if (seq <= upto) this.forget(id);
    if (upto < this.head) return;
    this.#before = 0;
    this.#wasNamed = false;
  }

  hush(until) {
    clearTimeout(this.#timer);
    this.#until = until;
    const left = until ? new Date(until) - now() : 0;
    this.hushed = left > 0;
    if (!this.hushed) return;
    this.#timer = setTimeout(() => {
      this.hush(until);
      this.marks.show();
    }, Math.min(left, LONGEST_TIMER));
  }

  // What the line asks of a circle ------------------------------------------------------

  hear(frame) {
    if (frame.is === "opened" && frame.reload) this.since = frame.head;
    if (frame.is === "opened") {
      houseSays(frame.now);
      this.#stands(frame.read, frame.hushed);
    }
    // Said by this person's other devices, too.
    if (frame.is === "read") this.#stands(frame.seq, this.#until);
    if (frame.is === "hushed") this.#stands(0, frame.until);
    if (frame.is === "head" && frame.seq > this.since) this.#askAgain();
    if (frame.is !== "events" || frame.upto <= this.since) return;
    if (frame.after > this.since) {
      this.#askAgain();
      return;
    }
    for (const event of frame.events) if (event.seq > this.since) this.#note(event);
    this.since = frame.upto;
    this.marks.show();
  }

  ended() {
    this.marks.gone(this.id);
  }

  /** Someone else is signed in on this device: what they have read is not marked on this page. */
  anothers() {
    this.marks.leave(this.id);
  }

  get person() {
    return this.marks.person;
  }

  async mayEnter() {
    // Where the page is a room, the room asks.
    return this.besideRoom ? "yes" : mayEnter("/places/", this.person);
  }

  async withoutLine() {
    // Marks can wait for the line.
  }

  #stands(read = 0, until = null) {
    this.read(read);
    this.hush(until);
    this.marks.show();
  }

  #note({ kind, id, seq, html, remove }) {
    if (ARRIVED.has(kind) && html) {
      const [tag] = html.match(/<li [^>]*>/) ?? [""];
      this.add({ id, seq, member: /data-member="([^"]*)"/.exec(tag)?.[1] }, html);
    }
    if (GONE.has(kind) || remove) this.forget(id);
  }

  forget(id) {
    this.#naming.delete(id);
    this.#ids.delete(id);
  }

  #askAgain() {
    Line.ofTab(this.marks.dataset.socket).reopen(this.id);
  }
}

function total(circles) {
  return circles.reduce((sum, { count }) => sum + count, 0);
}

function figure(count) {
  return count > MOST ? `${MOST}+` : String(count);
}

customElements.define("reweave-marks", Marks);
