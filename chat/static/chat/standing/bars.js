// The bars below the room's head: how the line stands, and what holds for this room or reader.

import { hour, moment, now } from "../words/clock.js";
import { cut, say, sayCount } from "../words/sayings.js";

// A hitch shorter than this needs no telling.
const HITCH = 1500;
const WELCOME = 8000;
const UNDO = 10_000;
// However soon it is known: what came and went at once would be no answer to a press.
const TRYING = 600;

/** A slow pace as a sentence, in whole minutes where it has them; `name` is who asked for it. */
export function paceInWords(seconds, name = "") {
  const by = name && "-by";
  const [saying, n] = seconds % 60 ? ["pace", seconds] : ["pace-minutes", seconds / 60];
  return sayCount(`${saying}${by}`, n, { name });
}

export class Bars {
  #later;
  // That a try was asked for, and what is said of it.
  #tries;
  #tried = "";

  constructor(room) {
    this.keep = room.keep;
    this.log = room.querySelector(".log");
    this.line = room.querySelector("[data-line]");
    this.standing = room.querySelector("[data-standing]");
    this.line.addEventListener("click", ({ target }) => {
      if (target.closest("[data-do=try]")) this.#try(room.line);
    });
    room.line.addEventListener("tried", () => this.#tries?.end());
  }

  #try(line) {
    this.#sayTried(say("trying"));
    const answer = new Promise((end) => {
      this.#tries = { end };
    });
    const seen = new Promise((end) => setTimeout(end, TRYING));
    const tries = this.#tries;
    Promise.all([answer, seen]).then(() => {
      if (this.#tries === tries) this.#sayTried(say("tried", { time: hour(now()) }));
    });
    line.now();
  }

  #sayTried(words) {
    this.#tried = words;
    const place = this.line.querySelector("[data-tried]");
    if (place) place.textContent = words;
  }

  /** How the line stands: nothing is said of one that is well. */
  lineIs(state) {
    clearTimeout(this.#later);
    if (state === "live") {
      this.#tries = undefined;
      this.#tried = "";
      this.#line(undefined);
    } else if (state === "reconnecting") {
      this.#later = setTimeout(() => this.#line(state), HITCH);
    } else {
      this.#line(state);
    }
  }

  get isTold() {
    return Boolean(this.line.firstElementChild);
  }

  back(arrived) {
    const bar = this.#line("back");
    bar.querySelector("[data-say]").textContent = sayCount("away", arrived);
    this.#later = setTimeout(() => bar.remove(), WELCOME);
  }

  /** The reader may not write until then; null: they may. */
  muted(mute) {
    this.stand("muted", mute, (bar) => {
      bar.querySelector("[data-say]").textContent = mute.say ?? "";
      const when = moment(new Date(mute.until));
      bar.querySelector("[data-until]").textContent = say("until", { when });
    });
  }

  /** Hushed until then; undefined: heard again. */
  hushed(until) {
    this.stand("hush", until, (bar) => {
      bar.querySelector("[data-say]").textContent = say("hushed", { when: moment(new Date(until)) });
    });
  }

  paused(is) {
    this.stand("paused", is);
  }

  /** `name` is who asked for it, where that is known. */
  pace(seconds, name) {
    this.stand("pace", seconds, (bar) => {
      bar.querySelector("[data-say]").textContent = paceInWords(seconds, name);
    });
  }

  /** When peers may write; `until` is when that changes, `held` whether a facilitator is here, and
   * `floor` whose it is. */
  hours(hours, until, held, floor) {
    const when = until ? moment(new Date(until)) : "";
    const fill = (bar) => {
      bar.querySelector("[data-say]").textContent = when && say("hours-until", { when });
    };
    this.stand("reading", hours === "reading", (bar) => {
      fill(bar);
      bar.querySelector("[data-say-round]").textContent = floor === "holder" ? say("round-goes-on") : "";
    });
    this.stand("unattended", hours === "attended" && !held, fill);
  }

  /** Something was done, and can be undone for a while; `name` is what the button says. */
  done(words, undo, name = say("done.back")) {
    const bar = cut("bar-done");
    bar.querySelector("[data-say]").textContent = words;
    const button = bar.querySelector("button");
    button.hidden = !undo;
    button.textContent = name;
    button.addEventListener("click", () => {
      this.#takeDown(bar);
      undo();
    });
    this.standing.querySelector("[data-bar=done]")?.remove();
    this.standing.append(bar);
    // On a phone it may stand below what was unfolded to get there.
    bar.scrollIntoView({ block: "nearest" });
    setTimeout(() => this.#isOver(bar), UNDO);
  }

  /** Whoever is at it, with a hand or the keyboard, has it for as long as they are. */
  #isOver(bar) {
    if (bar.matches(":hover, :focus-within")) setTimeout(() => this.#isOver(bar), UNDO);
    else bar.remove();
  }

  /** Whoever was at it goes on at the words. */
  #takeDown(bar) {
    const held = bar.contains(document.activeElement);
    bar.remove();
    if (held) this.log.focus({ preventScroll: true });
  }

  /** Puts up a bar, changes it, or takes it down. */
  stand(name, is, fill = () => undefined) {
    const old = this.standing.querySelector(`[data-bar="${name}"]`);
    const bar = is && cut(`bar-${name}`);
    if (bar) fill(bar);
    if (bar && old?.textContent.trim() === bar.textContent.trim()) return;
    old?.remove();
    if (bar) this.standing.append(bar);
  }

  /** What is written is lost with the page. */
  isUnkept() {
    const kept = this.line.querySelector("[data-kept]");
    if (kept) kept.textContent = say("unkept");
  }

  #line(name) {
    const bar = name && cut(`bar-${name}`);
    this.line.replaceChildren(...(bar ? [bar] : []));
    if (!this.keep.lasts) this.isUnkept();
    this.#sayTried(this.#tried);
    return bar;
  }
}
