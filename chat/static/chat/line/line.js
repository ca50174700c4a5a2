// The line: one socket per tab, shared by every circle that is open in it.
//
// It says truthfully how it stands: "live", "reconnecting", "offline" or "signed-out". The
// server says something at least every ten seconds; a line that is silent for half as long again is
// taken for dead and made anew.

import { Refused } from "./refused.js";

const SILENCE = 15_000;
const SUSPICION = 12_000;
const ANSWER = 10_000;
const FIRST_WAIT = 400;
// Whoever was away longest is still back within fifteen seconds, where a house starts in ten.
const LONGEST_WAIT = 5_000;
// What the house counts tries in.
const WAIT_AFTER_TOO_FAST = 10_000;
const SIGNED_OUT = 4401;
const NOT_A_MEMBER = 4403;
const TOO_FAST = 4429;

export class Line extends EventTarget {
  static #ofTab;

  static ofTab(path) {
    return (Line.#ofTab ??= new Line(path));
  }

  #circles = new Map();
  #asked = new Map();
  #socket;
  #heardAt = 0;
  #failures = 0;
  #retry;
  #refs = 0;
  state = "reconnecting";

  constructor(path) {
    super();
    this.url = new URL(path, location.href);
    this.url.protocol = location.protocol === "https:" ? "wss:" : "ws:";
    addEventListener("online", () => this.now());
    addEventListener("offline", () => this.#lost());
    addEventListener("pageshow", () => this.#wake());
    document.addEventListener("visibilitychange", () => document.hidden || this.#wake());
    setInterval(() => this.#listen(), 1000);
  }

  get isLive() {
    return this.state === "live";
  }

  /** `listener` has `since` (its cursor), `hear(frame)`, `ended()`, and for when there is no
   * line, `async mayEnter()` and `async withoutLine()`; where its page is one person's, `me` as its
   * member, `person` and `anothers()`. */
  open(circle, listener) {
    this.#circles.set(circle, listener);
    if (this.#socket?.readyState === WebSocket.OPEN) this.reopen(circle);
    else if (!this.#socket) this.now();
  }

  /** Asks for whatever happened after what this circle knows. */
  reopen(circle) {
    const { since, newest, isBeside } = this.#circles.get(circle);
    this.#circles.get(circle).asking?.();
    this.send({ do: "open", circle, since, newest, ...(isBeside && { beside: true }) });
  }

  close(circle) {
    this.#circles.delete(circle);
    this.send({ do: "close", circle });
  }

  send(frame) {
    if (this.#socket?.readyState !== WebSocket.OPEN) return false;
    this.#socket.send(JSON.stringify(frame));
    return true;
  }

  /** Sends a request and gives its ack. Throws Refused. */
  ask(frame) {
    const ref = `r${++this.#refs}`;
    return new Promise((resolve, reject) => {
      if (!this.isLive || !this.send({ ...frame, ref })) {
        reject(new Refused({ code: "line" }));
        return;
      }
      const late = setTimeout(() => {
        this.#asked.delete(ref);
        reject(new Refused({ code: "line" }));
        this.#lost();
      }, ANSWER);
      this.#asked.set(ref, { resolve, reject, late });
    });
  }

  /** Tries at once, whatever the waiting time. */
  now() {
    clearTimeout(this.#retry);
    this.#failures = 0;
    if (this.state === "signed-out") this.#tell("reconnecting");
    this.#again();
  }

  async #again() {
    // A door that stays shut may be shut for us: ask over HTTP, which can say why.
    if (this.#failures > 1 || !navigator.onLine) {
      for (const [circle, listener] of [...this.#circles]) {
        const may = await listener.mayEnter();
        if (may === "gone") this.#leave(circle);
        if (may === "anothers") this.#give(circle);
        if (may === "signed-out") return this.#tell("signed-out");
        if (may === "unknown" && !navigator.onLine) return this.#lost();
        if (may === "yes") await listener.withoutLine();
      }
    }
    return this.#connect();
  }

  #connect() {
    if (this.#socket || !this.#circles.size) return;
    const socket = (this.#socket = new WebSocket(this.url));
    this.#heardAt = Date.now();
    socket.addEventListener("open", () => {
      for (const circle of this.#circles.keys()) this.reopen(circle);
    });
    socket.addEventListener("message", ({ data }) => {
      if (socket === this.#socket) this.#hear(JSON.parse(data));
    });
    socket.addEventListener("close", ({ code }) => {
      if (socket === this.#socket) this.#lost(code);
    });
  }

  #hear(frame) {
    this.#heardAt = Date.now();
    const asked = this.#asked.get(frame.ref);
    if (asked) {
      this.#asked.delete(frame.ref);
      clearTimeout(asked.late);
      if (frame.is === "refused") asked.reject(new Refused(frame));
      else asked.resolve(frame);
    }
    if (frame.is === "bye" && frame.code === NOT_A_MEMBER) this.#turnedOut(frame);
    const listener = this.#circles.get(frame.circle);
    if (!listener) return;
    if (frame.is === "opened" && listener.me && listener.me !== frame.me) {
      this.#give(frame.circle);
      return;
    }
    if (frame.is === "opened") {
      this.#failures = 0;
      this.#tell("live");
    }
    if (frame.is === "refused" && !asked && frame.code === "not_member") this.#turnedOut(frame);
    else listener.hear(frame);
  }

  /** Whose line this is doesn't belong to the circle: whoever had the page, or who came after. */
  #turnedOut({ circle, person }) {
    const had = this.#circles.get(circle)?.person;
    if (had && person && had !== person) this.#give(circle);
    else this.#leave(circle);
  }

  /** Someone else has signed in since: nothing of whoever had this page goes out as theirs. */
  #give(circle) {
    const listener = this.#circles.get(circle);
    this.close(circle);
    listener?.anothers();
  }

  #leave(circle) {
    const listener = this.#circles.get(circle);
    this.#circles.delete(circle);
    listener?.ended();
  }

  /** The socket is gone, or as good as gone; another is tried after a while. */
  #lost(code) {
    this.#forget();
    if (code === SIGNED_OUT) return this.#tell("signed-out");
    this.#tell(navigator.onLine ? "reconnecting" : "offline");
    this.dispatchEvent(new Event("tried"));
    if (!this.#circles.size) return undefined;
    this.#failures += 1;
    const reach = Math.min(LONGEST_WAIT, FIRST_WAIT * 2 ** this.#failures);
    // Anywhere within reach: a thousand readers of a house that restarts come back one by one.
    const wait = code === TOO_FAST ? WAIT_AFTER_TOO_FAST : reach * (0.25 + 0.75 * Math.random());
    this.#retry = setTimeout(() => this.#again(), wait);
    return undefined;
  }

  /** Gives up the socket that is; what was asked on it may or may not have arrived. */
  #forget() {
    const socket = this.#socket;
    this.#socket = undefined;
    clearTimeout(this.#retry);
    socket?.close();
    for (const { reject, late } of this.#asked.values()) {
      clearTimeout(late);
      reject(new Refused({ code: "line" }));
    }
    this.#asked.clear();
  }

  #listen() {
    if (this.#socket && Date.now() - this.#heardAt > SILENCE) this.#lost();
  }

  #wake() {
    if (this.state === "signed-out") return;
    if (this.#socket && Date.now() - this.#heardAt < SUSPICION) return;
    this.#forget();
    this.now();
  }

  #tell(state) {
    if (state === this.state) return;
    this.state = state;
    this.dispatchEvent(new Event("state"));
  }
}
