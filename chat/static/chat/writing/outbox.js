// What this person wrote, on its way to the circle: drawn at once, kept until it has arrived,
// sent in order and one by one. The same name for the same words makes sending twice harmless. What
// waits stands in all tabs of the circle, and goes from there as soon as it has gone from one.

import { post } from "../line/twin.js";
import { now } from "../words/clock.js";
import { say, sayCount } from "../words/sayings.js";
import { alone } from "./alone.js";
import { drawDraft } from "./draft.js";

const BREATH = 1000;
const COUNT = 3000;

export class Outbox {
  #items = [];
  #pumping = false;
  #again;
  #name;
  #tabs;

  constructor(room, keep) {
    this.room = room;
    this.keep = keep;
    this.prefix = `out:${room.dataset.circle}:`;
    this.#name = `reweave-out:${room.person}:${room.dataset.circle}`;
    this.#tabs = new BroadcastChannel(this.#name);
    this.#tabs.onmessage = ({ data }) => this.#heard(data);
  }

  /** What was kept when the page was last closed. */
  async restore() {
    const kept = await this.keep.all(this.prefix);
    kept.sort((a, b) => a.at - b.at);
    // Another tab may have told of some meanwhile.
    const others = kept.filter(({ id }) => !this.#of(id));
    this.room.log.change(() => others.forEach((item) => this.#draw(item, { isShared: true })));
    this.pump();
  }

  /** Sends it, now or as soon as that is possible. */
  add({ body, note, quote }) {
    const item = { id: crypto.randomUUID(), body, note, quote, at: now() };
    this.room.log.change(() => this.#draw(item));
    this.room.toNewest();
    this.keep.put(this.prefix + item.id, item);
    this.pump();
  }

  /** Nothing is sent any more. */
  close() {
    clearTimeout(this.#again);
    this.#tabs.close();
    this.#items = [];
  }

  get isEmpty() {
    return !this.#items.length;
  }

  /** Everything not sent, for someone who must leave. */
  get words() {
    return this.#items.map(({ item }) => item);
  }

  draftOf(id) {
    return id && this.#of(id)?.element;
  }

  /** Its event came: it stands in the log. */
  arrived(id) {
    if (!id) return;
    this.#items = this.#items.filter(({ item }) => item.id !== id);
    this.#drop(id);
  }

  /** The line is gone: what waits is kept here. */
  hold() {
    clearTimeout(this.#again);
    for (const waiting of this.#unsent) {
      this.#holdOne(waiting);
      if (!waiting.isShared) this.#share(waiting);
    }
  }

  /** It is told of once, however often the line is looked for. */
  #holdOne(waiting) {
    const { element } = waiting;
    show(element, this.#kept);
    const told = element.querySelector("[data-state-row] .tag").textContent;
    if (!waiting.isHeld) this.room.aloud.tell(told);
    waiting.isHeld = true;
  }

  #of(id) {
    return this.#items.find(({ item }) => item.id === id);
  }

  /** How it stands, for the other tabs of this circle. */
  #share(waiting) {
    if (!this.keep.lasts) return;
    waiting.isShared = true;
    this.#tabs.postMessage({ id: waiting.item.id, item: waiting.item });
  }

  #drop(id) {
    this.keep.drop(this.prefix + id);
    this.#tabs.postMessage({ id });
  }

  /** What another tab says of a message: how it waits there, or that it is there no more. */
  #heard({ id, item }) {
    const known = this.#of(id);
    if (known?.message) return;
    if (!item && known) this.#forget(known);
    else if (item && known) this.#stands(known, item);
    else if (item) this.room.log.change(() => this.#draw(item, { isShared: true }));
    this.pump();
  }

  #stands(waiting, { refused }) {
    waiting.item.refused = refused;
    show(waiting.element, refused ? "refused" : this.#kept, refused);
  }

  get #unsent() {
    return this.#items.filter(({ item, message }) => !item.refused && !message);
  }

  get #kept() {
    return this.keep.lasts ? "kept" : "unkept";
  }

  async pump({ byHttp = false } = {}) {
    if (this.#pumping) return;
    this.#pumping = true;
    clearTimeout(this.#again);
    try {
      let goesOn = true;
      while (goesOn && this.#unsent.length) goesOn = await this.#send(this.#unsent[0], byHttp);
    } finally {
      this.#pumping = false;
    }
  }

  #send(waiting, byHttp) {
    if (!this.room.line.isLive && !byHttp) {
      this.hold();
      return false;
    }
    if (!waiting.isShared) return this.#say(waiting);
    return alone(this.#name, async () => {
      if (await this.#stillWaits(waiting)) return this.#say(waiting);
      if (this.#items.includes(waiting)) this.#forget(waiting);
      return true;
    });
  }

  /** Whether it is to be sent still: another tab may have done so, or let it be. */
  async #stillWaits(waiting) {
    const isKept = await this.keep.get(this.prefix + waiting.item.id).catch(() => undefined);
    return Boolean(isKept) && this.#unsent.includes(waiting);
  }

  async #say(waiting) {
    const { item, element } = waiting;
    const { isLive } = this.room.line;
    show(element, "sending");
    const { id, body, note, quote } = item;
    try {
      const words = { id, body, note, reply_to: quote?.id ?? null };
      const frame = { do: "post", circle: this.room.dataset.circle, ...words };
      const ack = await (isLive ? this.room.line.ask(frame) : post(this.room, words));
      this.#acknowledged(waiting, ack);
      return true;
    } catch (refused) {
      return this.#refused(waiting, refused, { wasLive: isLive });
    }
  }

  /** It is in the log; its event, with the house's own drawing of it, is on its way or was here. */
  #acknowledged(waiting, { message, seq, state }) {
    waiting.message = message;
    waiting.seq = seq;
    if (state === "held") this.room.aloud.tell(say("aloud.held"));
    this.#drop(waiting.item.id);
    if (this.#isThere(waiting)) return this.settle();
    waiting.element.dataset.state = state;
    return waiting.element.querySelector("[data-state-row]")?.replaceChildren();
  }

  /** Drafts whose message stands in the log already have done their work. */
  settle() {
    for (const waiting of [...this.#items]) {
      if (waiting.message && this.#isThere(waiting)) this.#remove(waiting);
    }
  }

  /** In the log, on the page or further up: it may have arrived long ago, and never been answered. */
  #isThere({ message, seq }) {
    const { log } = this.room;
    return Boolean(log.entry(message)) || seq <= log.cursor;
  }

  #refused(waiting, refused, { wasLive }) {
    // Its page was emptied meanwhile, or another tab has let it be.
    if (!this.#items.includes(waiting)) return true;
    const { code, say: why } = refused;
    const { item, element } = waiting;
    if (code === "line") {
      waiting.isTried = true;
      this.hold();
      // By HTTP it was never answered, and the line has come back meanwhile.
      return !wasLive && this.room.line.isLive;
    }
    if (code === "slow" || code === "too_fast") {
      this.#wait(waiting, refused);
      return false;
    }
    if (this.room.composer.takeBack(item, why)) {
      this.#remove(waiting);
    } else {
      if (code === "conflict") this.#rename(waiting);
      this.#isUnsent(waiting, why);
    }
    return true;
  }

  /** It stays where it stands, and says why it was not sent. */
  #isUnsent(waiting, why) {
    const { item, element } = waiting;
    item.refused = why;
    this.keep.put(this.prefix + item.id, item);
    this.#share(waiting);
    show(element, "refused", why);
    this.room.aloud.tell(say("aloud.refused", { why }));
  }

  /** It goes when its turn comes, and what was written after it goes after it. */
  #wait(waiting, { code, say: why, againIn }) {
    const until = Date.now() + (againIn || 1) * 1000;
    // Once for each message; not what is left, as it grows less.
    if (!waiting.isTold) this.room.aloud.tell(say("aloud.waiting"));
    waiting.isTold = true;
    for (const one of this.#unsent) {
      show(one.element, "waiting", say("wait.behind"));
      if (!one.isShared) this.#share(one);
    }
    const count = () => {
      const left = until - Date.now();
      if (left <= 0 || !this.#unsent.includes(waiting)) return this.pump();
      const words = code === "slow" ? sayCount("wait", Math.round(left / 60_000)) : why;
      show(waiting.element, "waiting", words);
      this.#again = setTimeout(count, Math.min(left, COUNT));
    };
    count();
  }

  #draw(item, { isShared = false } = {}) {
    const element = drawDraft(item, this.room);
    this.room.log.list.append(element);
    const waiting = { item, element, isShared };
    this.#items.push(waiting);
    // On a line that stands it leaves at once: what would be taken from it again is not put there.
    const state = this.room.line.isLive ? "sending" : this.#kept;
    show(element, item.refused ? "refused" : state, item.refused);
    element.addEventListener("click", ({ target }) => {
      const act = target.closest("[data-do]")?.dataset.do;
      if (act === "again") this.#tryAgain(waiting);
      if (act === "rewrite") this.#rewrite(waiting);
      if (act === "hold_back") this.#holdBack(waiting);
    });
  }

  #tryAgain(waiting) {
    const { item } = waiting;
    delete item.refused;
    this.keep.put(this.prefix + item.id, item);
    if (waiting.isShared) this.#share(waiting);
    this.pump();
  }

  /** It is not sent after all. Where other words are being written, it stays where it stands. */
  #holdBack(waiting) {
    const why = say(waiting.isTried ? "held-back.tried" : "held-back");
    if (this.room.composer.takeBack(waiting.item, waiting.isTried ? why : "")) {
      this.#remove(waiting);
    } else {
      this.#isUnsent(waiting, why);
      waiting.element.querySelector("[data-do=rewrite]").focus({ preventScroll: true });
    }
    this.pump();
  }

  /** Back to where it was written, unless something else is being written there. */
  #rewrite(waiting) {
    const { composer } = this.room;
    if (composer.takeBack(waiting.item, "")) this.#remove(waiting);
    else composer.refuse(say("gone.first"));
  }

  #rename(waiting) {
    this.#drop(waiting.item.id);
    waiting.item.id = crypto.randomUUID();
  }

  #remove(waiting) {
    this.#drop(waiting.item.id);
    this.#forget(waiting);
  }

  #forget(waiting) {
    this.#items = this.#items.filter((one) => one !== waiting);
    this.room.log.change(() => waiting.element.remove());
  }
}

/** Says on the message how it stands: sending, kept, waiting, refused. */
function show(element, state, words = "") {
  element.dataset.state = state;
  const row = element.querySelector("[data-state-row]");
  // Sent within a breath, it is only drawn dashed: a word that came and went would make it jump.
  if (state === "sending" && !row.childElementCount) {
    const isStill = () => element.isConnected && element.dataset.state === "sending";
    setTimeout(() => isStill() && fill(row, state, words), BREATH);
  } else {
    fill(row, state, words);
  }
}

function fill(row, state, words) {
  // Whoever is at one of its buttons stays there.
  if (row.dataset.says !== state) {
    row.replaceChildren(document.getElementById(`state-${state}`).content.cloneNode(true));
  }
  row.dataset.says = state;
  const place = row.querySelector("[data-say]");
  if (place && place.textContent !== words) place.textContent = words;
}
