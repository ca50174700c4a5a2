// <reweave-room>: the circle's page, live. Everything here stands on a page that reads and posts
// without it.

import { Keeping } from "./acts/keeping.js";
import { Sheet } from "./acts/sheet.js";
import { tell } from "./acts/tell.js";
import { Line } from "./line/line.js";
import { mayEnter } from "./line/reach.js";
import { look } from "./line/twin.js";
import { Aloud } from "./log/aloud.js";
import { Cards } from "./log/cards.js";
import { Dress } from "./log/dress.js";
import { Log } from "./log/log.js";
import { Scroll } from "./log/scroll.js";
import { Waiting } from "./log/waiting.js";
import "./marks.js";
import { Bars } from "./standing/bars.js";
import { Company } from "./standing/company.js";
import { Hush } from "./standing/hush.js";
import { Needs } from "./standing/needs.js";
import { asked, askedAnew } from "./standing/question.js";
import { Standing } from "./standing/standing.js";
import { eachNewDay, hour, houseSays, now } from "./words/clock.js";
import { cut, say } from "./words/sayings.js";
import { redraw } from "./words/times.js";
import { Composer } from "./writing/composer.js";
import { HandedOver } from "./writing/handed.js";
import { Keep } from "./writing/keep.js";
import { Outbox } from "./writing/outbox.js";

const READ_AFTER = 800;

export class Room extends HTMLElement {
  #readSeq = 0;
  #sight;
  #reading;
  #away;

  connectedCallback() {
    this.can = new Set(JSON.parse(this.dataset.can));
    this.#sight = this.dataset.sight;
    this.line = Line.ofTab(this.dataset.socket);
    this.keep = new Keep(this.dataset.person);
    this.aloud = new Aloud(this);
    this.company = new Company(this);
    this.bars = new Bars(this);
    this.cards = new Cards(this);
    this.composer = new Composer(this, this.keep);
    this.outbox = new Outbox(this, this.keep);
    this.scroll = new Scroll(this);
    this.dress = new Dress(this, this.querySelector("[data-log]"));
    this.log = new Log(this, this.dress, this.scroll);
    this.sheet = new Sheet(this);
    this.keeping = new Keeping(this);
    this.waiting = new Waiting(this);
    this.needs = new Needs(this);
    this.keep.addEventListener("unkept", () => this.#isUnkept());
    this.standing = new Standing(this);
    this.hush = new Hush(this);
    this.scroll.start();
    this.#toAsked();
    this.onState = () => this.#lineIs(this.line.state);
    this.line.addEventListener("state", this.onState);
    this.addEventListener("click", (event) => this.#tell(event));
    document.addEventListener("visibilitychange", () => {
      if (this.scroll.isAtEnd) this.reachedEnd();
    });
    this.composer.restore();
    this.outbox.restore();
    eachNewDay(() => this.#newDay());
    this.line.open(this.dataset.circle, this);
    this.bars.lineIs(this.line.state);
  }

  /** A link to a message that is not among the newest: the room opens where it stands. */
  #toAsked() {
    const asked = /^#m-([\w-]{16})$/.exec(location.hash)?.[1];
    const isOld = asked && !this.log.entry(asked) && this.querySelector("[data-older]");
    if (isOld && !location.search) location.replace(`${this.dataset.page}?at=${asked}#m-${asked}`);
  }

  /** Of a person, without leaving the page; the link leads there, too. */
  #tell(event) {
    const link = event.target.closest("a.tell");
    if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    if (!this.line.isLive) {
      this.leaveBy(() => location.assign(link.href));
      return;
    }
    const { person, member = person } = link.closest("[data-person], [data-member]").dataset;
    tell({ member }, member, this.company, (frame) => this.act(frame));
  }

  /** Before which acts one is asked for a reason; said to those who may. */
  get asksWhy() {
    return JSON.parse(this.dataset.asksWhy ?? "[]");
  }

  /** What undoes what, by verb. */
  get waysBack() {
    return JSON.parse(this.dataset.waysBack ?? "{}");
  }

  /** How long the house will let what was said at that time be changed, in milliseconds. */
  timeToChange(at) {
    return Date.parse(at) + this.dataset.editMinutes * 60_000 - now();
  }

  /** What was said today was said yesterday, and a session on Thursday is tonight. */
  #newDay() {
    this.log.change(() => undefined);
    redraw();
  }

  get marks() {
    return this.querySelector("reweave-marks");
  }

  // What the line asks of a circle --------------------------------------------------

  get me() {
    return this.dataset.me;
  }

  get person() {
    return this.dataset.person;
  }

  get since() {
    return this.log.cursor;
  }

  get newest() {
    return this.log.newest;
  }

  hear(frame) {
    if (this.isEmptied) return;
    this.heardAt = now();
    this[`_${frame.is}`]?.(frame);
  }

  /** The person belongs no more: nothing of theirs waits for this circle. */
  ended() {
    this.keep.dropAll(`draft:${this.dataset.circle}`);
    this.keep.dropAll(this.outbox.prefix);
    this.empty("part-gone");
  }

  /** Whoever is signed in now is not whose page this was: they get their own, or are told that there
   * is none, and nothing of what the other had written is shown or sent. It is there when they are:
   * where the browser keeps nothing, on this page alone, which stays for that. */
  anothers() {
    // Asked for several things at once, the house says so with each answer.
    if (this.isEmptied) return;
    this.composer.keepPending();
    const isLostWithPage = !this.keep.lasts && !(this.outbox.isEmpty && this.composer.isEmpty);
    this.empty("part-anothers", { isAnothers: true });
    if (isLostWithPage) return;
    this.replaceChildren();
    location.reload();
  }

  /** Everyone's words leave the page; what its reader has not sent is handed back to them. */
  empty(part, { isAnothers = false } = {}) {
    if (this.isEmptied) return;
    const all = [...this.outbox.words, ...this.composer.words];
    const words = all.map(handedOver).filter(Boolean);
    const place = this.scroll.readHere;
    const { page, person } = this.dataset;
    this.line.removeEventListener("state", this.onState);
    this.line.close(this.dataset.circle);
    this.composer.close();
    this.outbox.close();
    const gone = cut(part);
    const mayEnterStill = () => mayEnter(page, person);
    const kept = gone.querySelector("[data-kept]");
    new HandedOver(kept, words.join("\n\n"), mayEnterStill, isAnothers);
    this.replaceChildren(gone);
    const back = gone.querySelector("[data-back]");
    if (back && place) back.search = this.#next(place);
    for (const name of Object.keys(this.dataset)) delete this.dataset[name];
    document.querySelector(".skip").href = "#main";
    document.title = gone.querySelector("h1").textContent;
    gone.focus();
  }

  /** Whoever signs in again is where they were reading; a session goes on where it is by then. */
  #next(place) {
    const { page, fresh = `${page}?at=${place}#m-${place}` } = this.dataset;
    return `?next=${encodeURIComponent(fresh)}`;
  }

  /** Nothing of the circle is here any more; what was on its way to it is nobody's. */
  get isEmptied() {
    return !this.dataset.circle;
  }

  mayEnter() {
    return mayEnter(this.dataset.page, this.person);
  }

  /** Leads on to another page, or says that there is no way now: what is written stays here. */
  async leaveBy(way) {
    if ((await this.mayEnter()) === "yes") way();
    else this.composer.refuse(say("not-reached"));
  }

  /** The house answers but gives no socket: by HTTP, then, until it does. */
  async withoutLine() {
    await look(this).catch(() => undefined);
    this.outbox.pump({ byHttp: true });
  }

  /** To the end of the log, which may have to be loaded first. */
  async toNewest() {
    this.scroll.toEnd();
    if (!this.log.newer.isMore) return;
    await this.#freshen({ newest: true });
    if (location.search) history.replaceState(null, "", this.dataset.page);
    this.scroll.toEnd();
  }

  /** To a message, wherever it stands in the log. */
  goTo(message) {
    const entry = this.log.entry(message);
    if (!entry) return location.assign(`${this.dataset.page}?at=${message}#m-${message}`);
    return this.scroll.goTo(entry);
  }

  /** The reader would rather not read this person: their words leave the page at once. */
  async without(member) {
    this.company.hidden.add(member);
    this.company.stopped(member);
    this.aloud.forget();
    const drop = () => {
      this.querySelectorAll(`.msg[data-member="${member}"]`).forEach((entry) => entry.remove());
    };
    this.log.change(drop);
    // Answers that quote them, and what they responded to, as a fresh page draws them.
    await this.#freshen();
    this.log.change(drop);
    this.composer.text.focus();
  }

  /** A fresh page, and what happened since it was drawn. */
  async #freshen(how) {
    await this.log.reload(how).catch(() => undefined);
    this.askAgain();
  }

  askAgain() {
    this.line.reopen(this.dataset.circle);
  }

  /** A verb that was chosen: whether it was done. What can't be is said above the composer. */
  async act(frame) {
    try {
      return await this.line.ask({ ...frame, circle: this.dataset.circle });
    } catch (refused) {
      this.composer.refuse(refused.say || say("not-reached"));
      return undefined;
    }
  }

  /** The line asks the house how this circle stands. */
  asking() {
    this.standing?.watch.asking();
  }

  // Frames ---------------------------------------------------------------------------

  async _opened(frame) {
    const { head, can, members, mine, sight } = frame;
    const reload = this.#seesAnew(sight) || frame.reload;
    houseSays(frame.now);
    this.can = new Set(can);
    this.company.opened(members);
    this.standing.opened(frame);
    for (const [id, kinds] of Object.entries(mine ?? {})) this.dress.mine.set(id, kinds);
    this.log.opened();
    this._read({ seq: frame.read ?? 0 });
    this._hushed({ until: frame.hushed });
    if (reload) {
      this.needs.lookSoon();
      await this.#reload();
    }
    if (this.#away) this.#away.head = head;
    this.#welcome();
    this.outbox.pump();
    this.composer.look();
  }

  /** Since the page was drawn, or the line was away, what this reader may read of the log may have
   * become another. */
  #seesAnew(sight) {
    const before = this.#sight;
    this.#sight = sight;
    return before !== sight;
  }

  /** By HTTP the same: the page is drawn anew before what it says is heard. Whether it could be; where
   * not, nothing is heard, and the next look finds the same. */
  async sees({ sight, reload }) {
    const before = this.#sight;
    if (!((sight && this.#seesAnew(sight)) || reload)) return true;
    const isDrawn = await this.log.reload().catch(() => undefined);
    if (!isDrawn) this.#sight = before;
    return Boolean(isDrawn);
  }

  async #reload() {
    const arrived = await this.log.reload();
    if (this.#away) this.#away.arrived += arrived?.length ?? 0;
    if (arrived) this.askAgain();
  }

  _events(frame) {
    const arrived = this.log.hear(frame);
    for (const event of frame.events) {
      this.#note(event);
      this.standing.note(event);
      this.waiting.note(event);
      this.needs.note(event);
      this.composer.heard(event);
    }
    for (const entry of arrived) this.company.stopped(entry.dataset.member);
    if (this.log.list.childElementCount) this.querySelector("[data-empty]")?.remove();
    this.scroll.arrived(arrived);
    this.aloud.arrived(arrived);
    if (this.#away) this.#away.arrived += arrived.length;
    this.#welcome();
    if (this.scroll.isAtEnd) this.reachedEnd();
  }

  _head({ seq }) {
    if (seq > this.log.cursor) this.askAgain();
  }

  _presence(frame) {
    this.company.presence(frame);
  }

  _attended(frame) {
    this.standing.attended(frame);
  }

  /** Whom this reader reads is not what it was: the page is drawn anew. */
  _reload() {
    this.#reload();
  }

  /** On this or another device of theirs the reader has read so far, or asked for quiet. */
  _read({ seq }) {
    this.marks?.read(this.dataset.circle, seq);
    this.scroll.read(seq);
  }

  _hushed({ until }) {
    this.hush.told(until);
  }

  _typing(frame) {
    this.company.isWriting(frame);
  }

  #note({ kind, id, html, member, session, remove, until, say: told }) {
    const door = session && this.querySelector("[data-door]");
    if (door) door.hidden = session.phase === "ended";
    if (kind === "care.card" && member?.id === this.dataset.me) this.cards.came();
    if (kind === "prompt.posted" && html) asked(this, html);
    if (kind === "member.joined") this.company.joined(member);
    if (kind === "member.left") this.company.left(member);
    if (kind === "member.muted") this.company.mute(member.id, until);
    if (kind === "member.unmuted") this.company.unmute(member.id);
    if (kind === "message.let_through" && this.log.entry(id)?.dataset.member === this.dataset.me) {
      this.bars.done(say("let-through"));
    }
    // Quicker or slower: what waits its turn asks anew when that is.
    if (kind === "room.pace") this.outbox.pump();
    const isGone = kind === "message.taken_back" || kind === "message.set_aside";
    if (isGone) this.aloud.forget();
    if (isGone || remove) {
      this.scroll.forget(id);
      this.marks?.forget(this.dataset.circle, id);
    }
    // What is told beside a message, to its author alone.
    if (told && id && !remove) this.aloud.tell(told);
  }

  /** A page that was loaded anew, because too much had happened. */
  reloaded(root) {
    askedAnew(this, root);
    this.company.stands(root.dataset);
  }

  // The line and the reader -----------------------------------------------------------

  #lineIs(state) {
    // Whoever comes to this screen now may be another.
    if (state === "signed-out") {
      this.empty("part-signed-out");
      return;
    }
    const wasTold = this.bars.isTold;
    this.dataset.line = state;
    this.bars.lineIs(state);
    this.standing.lineIs(state);
    this.company.lineIs(state);
    this.composer.lineIs(state, this.heardAt && hour(this.heardAt));
    if (state === "live") for (const edge of [this.log.older, this.log.newer]) edge.watch();
    if (state !== "live") {
      this.outbox.hold();
      this.#away ??= { arrived: 0, head: Infinity };
    } else if (this.#away) {
      this.#away.told ||= wasTold;
    }
  }

  /** The browser keeps nothing more: no more is promised. */
  #isUnkept() {
    if (this.line.isLive) return;
    this.bars.isUnkept();
    this.outbox.hold();
  }

  /** Once all that was missed is here, it can be said how much it was. */
  #welcome() {
    if (!this.#away || !this.line.isLive || this.log.cursor < this.#away.head) return;
    if (this.#away.told) this.bars.back(this.#away.arrived);
    this.#away = undefined;
  }

  /** The reader has the end in sight; after a moment, that is remembered. */
  reachedEnd() {
    if (!this.log || document.hidden) return;
    this.aloud.seen();
    if (this.log.cursor <= this.#readSeq) return;
    clearTimeout(this.#reading);
    this.#reading = setTimeout(() => {
      const seq = this.log.cursor;
      if (document.hidden || !this.scroll.isAtEnd) return;
      if (this.line.send({ do: "read", circle: this.dataset.circle, seq })) this.#readSeq = seq;
    }, READ_AFTER);
  }
}

/** Words as they are copied from, below their content note. */
function handedOver({ body, note }) {
  const noted = note?.trim() && say("content-note", { note: note.trim() });
  return [noted, body.trim()].filter(Boolean).join("\n");
}

customElements.define("reweave-room", Room);
