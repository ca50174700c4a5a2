// Where one writes. What is written is kept until it is sent, and comes back when it can't be.

import { say, sayCount } from "../words/sayings.js";
import { Answering } from "./answering.js";
import { characters, measure, roomLeft } from "./characters.js";
import { Drafts } from "./drafts.js";
import { Naming } from "./naming.js";
import { Noting } from "./noting.js";
import { ownWords } from "./own.js";

const KEEP_AFTER = 300;
// While a message is changed, how soon and how late the house is asked whether it still can be.
const [SOONEST, LATEST] = [5000, 2 ** 31 - 1];
// What may come of a message that its author is changing just then.
const BECAME = new Set(
  ["edited", "taken_back", "set_aside", "put_back"].map((kind) => `message.${kind}`),
);
const NOTHING = { body: "", note: "" };

export class Composer {
  #keeping;
  #looking;
  // The message that is changed: `asOf` which words of it that began with and `seen` which of them
  // its author has seen since; where it can't be changed any more, `gone` says why.
  #changing;
  // The draft that waits while a message is changed.
  #aside;
  // Before that no draft of this tab is kept, so that it can't take the place of an earlier one; and
  // whether there is one that waits.
  #isRestored = false;
  #waits = false;
  #isLater = false;
  #locked = "";
  #heardAt = "";

  constructor(room, keep) {
    this.room = room;
    this.drafts = new Drafts(keep, room.dataset.circle);
    this.limit = Number(room.dataset.limit);
    this.form = room.querySelector("[data-composer]");
    this.text = this.form.elements.body;
    this.button = this.form.querySelector("[data-send]");
    this.sub = this.form.querySelector("[data-sub]");
    // Why nothing can be sent now the page says without script, too.
    this.form.querySelector("[data-why-locked]")?.remove();
    this.sub.hidden = false;
    this.plainSub = this.sub.textContent;
    this.answering = new Answering(room, this.form);
    this.naming = new Naming(this);
    this.noting = new Noting(this, () => this.#keepSoon());
    this.form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.send();
    });
    this.form.querySelector("[data-do=stop]").addEventListener("click", () => this.#stop());
    this.text.addEventListener("keydown", (event) => this.#key(event));
    this.form.addEventListener("input", () => this.#written());
    this.onLeaving = () => this.keepPending();
    window.addEventListener("pagehide", this.onLeaving);
    document.addEventListener("visibilitychange", this.onLeaving);
  }

  /** What was being written when the page was last closed. On a slow line other words may have been
   * begun before the script came: then it waits until these are sent. */
  async restore() {
    let draft, change;
    try {
      const key = await this.drafts.find();
      draft = key && !this.text.value && (await this.drafts.take(key));
      change = draft?.changing && (await this.drafts.changeOf(draft.changing));
      this.#waits = Boolean(key && this.text.value);
      if (this.#waits) await this.drafts.leave();
    } finally {
      this.#isRestored = true;
    }
    if (this.text.value) this.#keepSoon();
    if (!draft || this.#waits) return;
    this.#fill(draft);
    if (!change) return;
    this.#begin(draft.changing, change);
    if (this.room.line.isLive) this.look();
  }

  /** What was written last is kept at once. */
  keepPending() {
    if (this.#keeping) this.#keep();
  }

  /** Nothing is kept of it any more. */
  close() {
    clearTimeout(this.#keeping);
    clearTimeout(this.#looking);
    window.removeEventListener("pagehide", this.onLeaving);
    document.removeEventListener("visibilitychange", this.onLeaving);
    this.#keeping = undefined;
  }

  get isEmpty() {
    return !this.text.value.trim();
  }

  /** Whether anything stands here that would be missed. */
  get holdsWords() {
    const { body, note } = this.#words();
    return Boolean(body.trim() || note.trim() || this.#changing);
  }

  /** Everything that stands here unsent, for someone who must leave. */
  get words() {
    return [this.#aside ?? NOTHING, this.#words()];
  }

  send() {
    this.naming.close();
    const body = this.text.value.trim();
    if (!body) return this.text.focus();
    const changes = this.#changing && !this.#changing.gone;
    if (this.#locked && !changes) return this.refuse(this.#locked);
    if (roomLeft(body, this.limit) < 0) return this.refuse(this.#tooLong(body));
    if (this.noting.isTooLong) return this.refuse(sayCount("note-too-long", this.noting.limit));
    this.refuse("");
    if (changes) return this.#change(body);
    const quote = this.answering.given;
    this.room.outbox.add({ body, note: this.noting.words.trim(), quote });
    return this.#changing ? this.#letGo() : this.#clear();
  }

  /** Puts unsent words back where they were written; false where others stand there, or the note or
   * the answer that others begin with. */
  takeBack(item, sentence) {
    if (this.holdsWords || this.answering.quote) return false;
    this.#fill(item);
    this.#keepSoon();
    this.refuse(sentence);
    this.text.focus();
    return true;
  }

  #tooLong(body) {
    if (characters(body) <= this.limit) return say("too-large");
    return sayCount("too-long", this.limit);
  }

  refuse(sentence) {
    const place = this.form.querySelector("[data-refusal]");
    place.hidden = !sentence;
    place.querySelector("span").textContent = sentence;
    if (sentence) place.scrollIntoView({ block: "nearest" });
  }

  /** What stands here goes on as an answer; but a change that is under way is kept for its message,
   * and the draft that waited for that is the answer. */
  reply(quote) {
    this.keepPending();
    if (this.#changing && !this.#changing.gone) this.#toDraft();
    this.answering.answer(quote);
    this.text.focus();
    this.#written();
  }

  /** Lets the author change a message that stands, or go on with that. */
  async change(message) {
    if (message === this.#changing?.message) return this.text.focus();
    // These have no message any more that would lead back to them.
    if (this.#changing?.gone) return this.refuse(say("gone.first"));
    const own = await ownWords(this.room, message).catch(() => undefined);
    if (!own) return this.refuse(say("not-reached"));
    const kept = await this.drafts.changeOf(message);
    if (own.gone && !kept) return this.refuse(own.gone);
    this.keepPending();
    this.#begin(message, kept ?? own);
    this.#stands(own);
    if (kept) this.#keepSoon();
    return this.text.focus();
  }

  /** An event of the log: whoever changes that message just then is told what became of it. */
  heard({ kind, id }) {
    if (!BECAME.has(kind)) return;
    if (id === this.#changing?.message) this.look();
    else if (kind === "message.taken_back") this.drafts.forgetChange(id);
  }

  /** Looks how the message stands that is being changed. */
  async look() {
    clearTimeout(this.#looking);
    const changing = this.#changing;
    if (!changing) return;
    const own = await ownWords(this.room, changing.message).catch(() => undefined);
    if (own && changing === this.#changing) this.#stands(own);
  }

  #begin(message, { asOf, ...words }) {
    this.refuse("");
    this.#aside ??= this.#draft();
    this.#changing = { message, asOf, seen: asOf, gone: "" };
    this.#fill(words);
    this.answering.change(message);
    this.#nameButton();
  }

  /** So it stands: where it reads otherwise than it did, its author sees that before they send;
   * where it can't be changed any more, the new words stay, as a message to send. */
  #stands({ gone, body, asOf, at }) {
    const changing = this.#changing;
    const isOther = !gone && asOf !== (changing.asOf ??= asOf);
    changing.gone = gone;
    changing.seen = asOf;
    if (gone && !this.answering.quote) this.#stayAlone();
    else if (!gone) this.answering.change(changing.message, isOther ? body : "");
    const left = Math.max(this.room.timeToChange(at), SOONEST);
    if (!gone) this.#looking = setTimeout(() => this.look(), Math.min(left, LATEST));
    // Another tab may have let go of what was kept of it.
    if (gone || isOther) this.#keepSoon();
    this.#nameButton();
  }

  #stayAlone() {
    this.answering.alone(`${this.#changing.gone} ${say("gone.words-stay")}`);
  }

  /** The change is left; the draft that waited for that is back. */
  #toDraft() {
    const draft = this.#aside;
    this.refuse("");
    this.#changing = undefined;
    this.#aside = undefined;
    this.#fill(draft);
    this.#nameButton();
    this.#keepSoon();
  }

  /** The sentence about what keeps the reader from writing now, or "". What they write is kept. */
  lock(sentence) {
    if (sentence !== this.#locked) this.refuse("");
    this.#locked = sentence;
    this.form.toggleAttribute("data-locked", Boolean(sentence));
    if (sentence) this.button.setAttribute("aria-disabled", "true");
    else this.button.removeAttribute("aria-disabled");
    this.#sayBelow();
  }

  /** Who can read what is sent, below the field: people come and go while one writes. */
  readBy(words) {
    this.plainSub = words;
    this.#sayBelow();
  }

  /** The line's state, in the button's name and the line below. */
  lineIs(state, heardAt) {
    this.#heardAt = state === "live" ? "" : heardAt;
    this.#isLater = state !== "live";
    this.#nameButton();
    this.#sayBelow();
  }

  #nameButton() {
    const plain = this.#isLater ? "send-later" : "send";
    const changes = this.#changing && !this.#changing.gone;
    this.button.setAttribute("aria-label", say(changes ? "send-change" : plain));
  }

  #sayBelow() {
    const heard = this.#heardAt && say("last-heard", { time: this.#heardAt });
    this.sub.textContent = this.#locked || heard || this.plainSub;
  }

  async #change(body) {
    const changing = this.#changing;
    // On a slow line one presses again; it goes once.
    if (changing.isSent) return;
    const { message } = changing;
    const note = this.noting.words.trim();
    this.#sends(changing, true);
    try {
      // Right after one change, how the message reads since is not known yet.
      await changing.learning;
      const frame = { do: "edit", circle: this.room.dataset.circle, message, as_of: changing.seen };
      await this.room.line.ask({ ...frame, body, note });
      this.#changed(changing, { body, note });
    } catch (refused) {
      this.refuse(refused.say || say("not-reached"));
      if (refused.code !== "line") this.look();
    } finally {
      this.#sends(changing, false);
    }
  }

  #sends(changing, is) {
    changing.isSent = is;
    this.button.setAttribute("aria-busy", String(is));
  }

  /** The house has it. What was written while it was on its way goes on as another change. */
  #changed(changing, { body, note }) {
    if (this.#changing !== changing) {
      this.drafts.dropChange(changing.message);
      return;
    }
    const now = this.#words();
    if (now.body.trim() === body && now.note.trim() === note) {
      this.#letGo();
      return;
    }
    changing.asOf = undefined;
    changing.learning = this.look();
  }

  /** No answer is wanted, or no change. */
  #stop() {
    if (this.#changing?.gone && this.answering.quote) {
      this.#stayAlone();
    } else if (this.#changing) {
      this.#letGo();
    } else {
      this.answering.hide();
      this.#written();
    }
    this.text.focus();
  }

  #letGo() {
    this.drafts.dropChange(this.#changing.message);
    this.#toDraft();
    this.text.focus();
  }

  #clear() {
    this.#fill(NOTHING);
    this.#keep();
    this.text.focus();
    if (this.#waits) this.restore();
  }

  #fill({ body, note, quote }) {
    this.text.value = body;
    this.noting.put(note ?? "");
    this.answering.hide();
    if (quote) this.answering.answer(quote);
    measure(this.form, this.limit);
    if (this.holdsWords) this.room.mayWriteOrNot?.();
  }

  #words() {
    return { body: this.text.value, note: this.noting.words };
  }

  #draft() {
    return { ...this.#words(), quote: this.answering.quote };
  }

  #written() {
    this.refuse("");
    measure(this.form, this.limit);
    this.#keepSoon();
    if (!this.#changing && !this.isEmpty) this.room.company.amWriting();
  }

  #keepSoon() {
    clearTimeout(this.#keeping);
    this.#keeping = setTimeout(() => this.#keep(), KEEP_AFTER);
  }

  #keep() {
    if (!this.#isRestored) return this.#keepSoon();
    clearTimeout(this.#keeping);
    this.#keeping = undefined;
    const { body, note, quote } = this.#aside ?? this.#draft();
    const { message: changing, asOf } = this.#changing ?? {};
    const change = changing && { ...this.#words(), asOf };
    if (body.trim() || note || changing) this.drafts.put({ body, note, quote, changing }, change);
    else this.drafts.drop();
  }

  #key(event) {
    // While a word is being put together, Enter belongs to the keyboard's own choosing.
    if (event.isComposing || event.keyCode === 229) return;
    if (this.naming.key(event)) return;
    if (event.key === "Escape" && (this.answering.quote || this.#changing)) this.#stop();
    if (event.key !== "Enter" || event.shiftKey) return;
    const onDesk = matchMedia("(hover: hover) and (pointer: fine)").matches;
    if (!onDesk && !event.ctrlKey && !event.metaKey) return;
    event.preventDefault();
    this.send();
  }
}
