// Where one writes. What is written is kept until it is sent, and comes back when it can't be.

import { characters, measure } from "./characters.js";
import { Naming } from "./naming.js";
import { quoted } from "./quote.js";
import { figure, say } from "./sayings.js";

const KEEP_AFTER = 300;

export class Composer {
  #keeping;
  #quote;
  #changing;
  #locked = "";
  #heardAt = "";

  constructor(room, keep) {
    this.room = room;
    this.keep = keep;
    this.key = `draft:${room.dataset.circle}`;
    this.limit = Number(room.dataset.limit);
    this.form = room.querySelector("[data-composer]");
    this.text = this.form.elements.body;
    this.note = this.form.elements.note;
    this.button = this.form.querySelector("[data-send]");
    this.sub = this.form.querySelector("[data-sub]");
    this.plainSub = this.sub.textContent;
    this.naming = new Naming(this);
    this.form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.send();
    });
    this.form.addEventListener("click", (event) => this.#press(event));
    this.text.addEventListener("keydown", (event) => this.#key(event));
    this.form.addEventListener("input", () => this.#written());
    this.#showNote(Boolean(this.note.value));
  }

  /** What was being written when the page was last closed. */
  async restore() {
    const draft = await this.keep.get(this.key);
    if (!draft || this.text.value) return;
    this.#fill(draft);
  }

  get isEmpty() {
    return !this.text.value.trim();
  }

  send() {
    this.naming.close();
    const body = this.text.value.trim();
    if (!body) return this.text.focus();
    if (this.#locked && !this.#changing) return this.refuse(this.#locked);
    const over = characters(body) - this.limit;
    if (over > 0) return this.refuse(say("too-long", { n: figure(this.limit) }));
    this.refuse("");
    if (this.#changing) return this.#change(body);
    this.room.outbox.add({ body, note: this.note.value.trim(), quote: this.#quote });
    return this.#clear();
  }

  /** Puts unsent words back where they were written; false where others stand there. */
  takeBack(item, sentence) {
    if (!this.isEmpty || this.#changing) return false;
    this.#fill(item);
    this.refuse(sentence);
    this.text.focus();
    return true;
  }

  refuse(sentence) {
    const place = this.form.querySelector("[data-refusal]");
    place.hidden = !sentence;
    place.querySelector("span").textContent = sentence;
    if (sentence) place.scrollIntoView({ block: "nearest" });
  }

  reply(quote) {
    this.#quote = quote;
    const bar = this.form.querySelector("[data-answering]");
    const name = this.#changing ? quote.name : say("answering", { name: quote.name });
    const log = this.#changing ? undefined : this.room.log;
    bar.querySelector(".quote").replaceWith(quoted({ ...quote, name }, log));
    bar.hidden = false;
    bar.querySelector("button").setAttribute("aria-label", say("stop-answering"));
    this.text.focus();
    this.#written();
  }

  #unquote() {
    this.#quote = undefined;
    this.form.querySelector("[data-answering]").hidden = true;
    this.form.querySelector("[data-answering] .quote").replaceChildren();
    delete this.form.querySelector("[data-answering] .quote").dataset.of;
  }

  /** Lets the author change a message that stands. */
  change(message, { body, note }) {
    clearTimeout(this.#keeping);
    if (!this.isEmpty && !this.#changing) this.keep.put(this.key, this.#draft());
    this.#changing = message;
    this.#fill({ body, note, quote: { id: message, name: say("changing") } });
    const stop = this.form.querySelector("[data-answering] button");
    stop.setAttribute("aria-label", say("stop-changing"));
    this.button.setAttribute("aria-label", say("send-change"));
    this.text.focus();
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

  /** The line's state, in the button's name and the line below. */
  lineIs(state, heardAt) {
    this.#heardAt = state === "live" ? "" : heardAt;
    const later = state !== "live";
    if (!this.#changing) this.button.setAttribute("aria-label", say(later ? "send-later" : "send"));
    this.#sayBelow();
  }

  #sayBelow() {
    const heard = this.#heardAt && say("last-heard", { time: this.#heardAt });
    this.sub.textContent = this.#locked || heard || this.plainSub;
  }

  async #change(body) {
    const frame = { do: "edit", circle: this.room.dataset.circle, message: this.#changing };
    try {
      await this.room.line.ask({ ...frame, body, note: this.note.value.trim() });
      this.#stop();
    } catch (refused) {
      this.refuse(refused.say || say("not-reached"));
    }
  }

  async #stop() {
    const wasChanging = this.#changing;
    this.#changing = undefined;
    this.#unquote();
    this.button.setAttribute("aria-label", say("send"));
    if (!wasChanging) return this.#written();
    this.#fill((await this.keep.get(this.key)) ?? { body: "", note: "" });
    return this.text.focus();
  }

  #clear() {
    this.#fill({ body: "", note: "" });
    this.keep.drop(this.key);
    this.text.focus();
  }

  #fill({ body, note, quote }) {
    this.text.value = body;
    this.note.value = note ?? "";
    this.#showNote(Boolean(note));
    this.#unquote();
    if (quote) this.reply(quote);
    measure(this.form, this.limit);
  }

  #draft() {
    return { body: this.text.value, note: this.note.value, quote: this.#quote };
  }

  #written() {
    this.refuse("");
    measure(this.form, this.limit);
    if (this.#changing) return;
    if (!this.isEmpty) this.room.company.amWriting();
    clearTimeout(this.#keeping);
    this.#keeping = setTimeout(() => {
      if (this.isEmpty && !this.note.value) this.keep.drop(this.key);
      else this.keep.put(this.key, this.#draft());
    }, KEEP_AFTER);
  }

  #press({ target }) {
    const act = target.closest("[data-do]")?.dataset.do;
    if (act === "stop") this.#stop();
    if (act === "note") {
      this.#showNote(this.form.querySelector("[data-noting]").hidden);
      if (!this.form.querySelector("[data-noting]").hidden) this.note.focus();
    }
  }

  #showNote(shown) {
    this.form.querySelector("[data-noting]").hidden = !shown;
    this.form.querySelector("[data-do=note]").setAttribute("aria-pressed", String(shown));
    if (!shown) this.note.value = "";
  }

  #key(event) {
    // While a word is being put together, Enter belongs to the keyboard's own choosing.
    if (event.isComposing || event.keyCode === 229) return;
    if (this.naming.key(event)) return;
    if (event.key === "Escape" && (this.#quote || this.#changing)) this.#stop();
    if (event.key !== "Enter" || event.shiftKey) return;
    const onDesk = matchMedia("(hover: hover) and (pointer: fine)").matches;
    if (!onDesk && !event.ctrlKey && !event.metaKey) return;
    event.preventDefault();
    this.send();
  }
}
