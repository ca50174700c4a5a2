// What a reader sees that the markup doesn't know: what is theirs, and when it was by their clock.

import { dayInWords, dayKey, hour, moment } from "../words/clock.js";
import { cut, say } from "../words/sayings.js";

const TOGETHER = 5 * 60_000;

export class Dress {
  // What the reader has just given or taken back, while the house has not answered.
  #asked = new Set();

  constructor(room, list) {
    this.me = room.dataset.me;
    // As it stands in quotes, and where something was set aside; nobody else in the circle has it,
    // or had.
    this.name = room.dataset.name;
    this.list = list;
    this.read = Number(room.dataset.read);
    // The unread line stands for the visit: what comes later is not behind it.
    this.visitedAt = Number(room.dataset.head);
    // What someone chose for all rooms: what stands behind a note is open from the start.
    this.opensNotes = "opensNotes" in room.dataset;
    this.mine = new Map();
    this.told = new Map();
    this.learn(room.dataset);
  }

  /** What stands beside a stretch of the log: the reader's responses, and what they were told. */
  learn({ mine, told }) {
    for (const [id, kinds] of Object.entries(JSON.parse(mine))) this.mine.set(id, kinds);
    for (const [id, words] of Object.entries(JSON.parse(told))) this.told.set(id, words);
  }

  /** One entry, as it comes from the server. */
  entry(entry) {
    const when = new Date(entry.dataset.at);
    const time = entry.querySelector("time");
    if (time && !Number.isNaN(when.getTime())) {
      time.textContent = hour(when);
      time.title = moment(when);
    }
    const mine = entry.dataset.member === this.me;
    entry.classList.toggle("mine", mine);
    const name = entry.querySelector(".who");
    if (mine && name) name.textContent = say("you");
    if (mine) this.#own(entry);
    const aside = entry.querySelector(".gone-line[data-by]");
    if (aside?.dataset.by === this.name) aside.textContent = say("set-aside");
    this.quote(entry.querySelector(".quote"));
    const menu = entry.querySelector("[data-menu]");
    if (menu) {
      const values = { name: name?.textContent, time: time.textContent };
      menu.setAttribute("aria-label", say(mine ? "respond-own" : "respond", values));
      menu.setAttribute("aria-expanded", "false");
      menu.type = "button";
    }
    for (const name of entry.querySelectorAll(".mention")) {
      name.classList.toggle("me", name.dataset.member === this.me);
    }
    if (this.opensNotes) for (const veil of entry.querySelectorAll(".veil")) veil.open = true;
    this.responses(entry);
  }

  /** What an entry answers, if anything: the reader's own words are told as theirs. */
  quote(quote) {
    const name = quote?.querySelector("b bdi");
    if (name?.textContent === this.name) name.textContent = say("you");
  }

  #own(entry) {
    const gone = entry.dataset.state === "taken_back" && entry.querySelector(".gone-line");
    if (gone) gone.textContent = say("took-back");
    const left = entry.querySelector(".veil summary b");
    if (left) left.textContent = say("note-left");
  }

  /** Whether the reader responds so to a message. */
  gives(id, response) {
    const given = this.mine.get(id) ?? [];
    return given.includes(response) !== this.isAsked(id, response);
  }

  isAsked(id, response) {
    return this.#asked.has(`${id} ${response}`);
  }

  asks(id, response, is) {
    this.#asked[is ? "add" : "delete"](`${id} ${response}`);
  }

  responses(entry) {
    for (const mark of entry.querySelectorAll(".mark")) {
      const pressed = this.gives(entry.dataset.id, mark.dataset.response);
      mark.type = "button";
      mark.setAttribute("aria-pressed", String(pressed));
      const words = mark.querySelector(".vh");
      words.dataset.plain ??= words.textContent;
      words.textContent = words.dataset.plain + (pressed ? `, ${say("among")}` : "");
    }
  }

  /** What depends on neighbours: days, the unread line, follow-ons, words for the author alone. */
  between() {
    for (const old of this.list.querySelectorAll(".day, .unread, .told")) old.remove();
    let before;
    let lineDrawn = false;
    for (const entry of [...this.list.children]) {
      const when = new Date(entry.dataset.at);
      const newDay = !before || dayKey(new Date(before.dataset.at)) !== dayKey(when);
      if (newDay) entry.before(this.#day(when));
      const line = !lineDrawn && this.#isNew(entry) && before;
      if (line) entry.before(cut("part-unread"));
      lineDrawn ||= this.#isNew(entry);
      entry.classList.toggle("same", !newDay && !line && follows(entry, before));
      before = entry;
      const told = this.told.get(entry.dataset.id);
      const isWithheld = ["set_aside", "held"].includes(entry.dataset.state);
      if (told && isWithheld) entry.after(this.#aside(told, entry.dataset.id));
    }
  }

  #isNew(entry) {
    const place = Number(entry.dataset.seq);
    return place > this.read && place <= this.visitedAt && entry.dataset.member !== this.me;
  }

  #day(when) {
    const divider = cut("part-day");
    const time = divider.querySelector("time");
    time.dateTime = dayKey(when);
    time.textContent = dayInWords(when);
    return divider;
  }

  #aside(told, about) {
    const line = cut("part-told");
    line.dataset.about = about;
    line.querySelector("[data-say]").textContent = told;
    return line;
  }
}

function follows(entry, before) {
  if (!before?.matches(".msg") || !entry.matches(".msg")) return false;
  // That it was changed stands in its head, which follow-ons don't show.
  if (entry.querySelector("[data-changed]")) return false;
  return (
    entry.dataset.member === before.dataset.member &&
    stands(entry) &&
    stands(before) &&
    new Date(entry.dataset.at) - new Date(before.dataset.at) < TOGETHER
  );
}

/** Whether there is something to read: nobody took it back or set it aside. */
export function stands({ dataset }) {
  return dataset.state !== "set_aside" && dataset.state !== "taken_back";
}
