// What can be done with a message: responses, reply, one's own words, and a facilitator's care.

import { cut, say } from "../words/sayings.js";
import { quoteOf } from "../writing/quote.js";
import { ask, showFor } from "./ask.js";
import { FACILITATING, facilitate } from "./facilitate.js";
import { tell } from "./tell.js";

export class Sheet {
  #open;

  constructor(room) {
    this.room = room;
    room.log.list.addEventListener("click", (event) => this.#press(event));
    room.addEventListener("keydown", (event) => this.#key(event));
    // Whoever goes on with the keyboard leaves it behind.
    room.addEventListener("focusin", ({ target }) => {
      const entry = target.closest(".sheet, [data-menu]")?.closest("[data-id]");
      if (this.#open && entry?.dataset.id !== this.#open) this.close();
    });
    document.addEventListener("pointerdown", ({ target }) => {
      if (this.#open && !target.closest(".sheet, [data-menu]")) this.close();
    });
  }

  close({ back = false } = {}) {
    const sheet = this.room.log.list.querySelector(".sheet");
    const button = sheet?.parentElement.querySelector("[data-menu]");
    sheet?.remove();
    button?.setAttribute("aria-expanded", "false");
    if (back) button?.focus();
    this.#open = undefined;
  }

  #press(event) {
    const { target } = event;
    const entry = target.closest("[data-id]");
    if (!entry) return;
    const mark = target.closest("[data-response]");
    const act = target.closest("[data-do], [data-respond]");
    const quote = target.closest("[data-quotes]");
    const menu = target.closest("[data-menu]");
    if (!(mark || act || menu || quote)) return;
    event.preventDefault();
    if (menu) this.#toggle(entry, menu);
    else if (quote) this.room.goTo(quote.dataset.quotes);
    else if (mark) this.#respond(entry, mark.dataset.response);
    else this.#do(entry, act);
  }

  #toggle(entry, menu) {
    const wasOpen = this.#open === entry.dataset.id && entry.querySelector(".sheet");
    this.close();
    if (wasOpen) return;
    const sheet = cut("part-sheet");
    sheet.setAttribute("aria-label", menu.getAttribute("aria-label"));
    showFor(entry.dataset.state, sheet);
    for (const button of sheet.querySelectorAll("button")) {
      button.hidden = !this.#offers(entry, button.dataset);
      const { respond } = button.dataset;
      const given = respond && this.room.dress.gives(entry.dataset.id, respond);
      if (respond) button.setAttribute("aria-pressed", String(given));
    }
    if (this.room.company.goesToLeads(entry.dataset.member)) {
      sheet.querySelector("[data-do=tell] [data-say]").textContent = say("tell.lead");
    }
    for (const rule of sheet.querySelectorAll("hr")) {
      rule.hidden = !hasButton(rule, "next") || !hasButton(rule, "previous");
    }
    entry.append(sheet);
    menu.setAttribute("aria-expanded", "true");
    this.#open = entry.dataset.id;
    this.place();
    sheet.querySelector("button:not([hidden])")?.focus({ preventScroll: true });
  }

  /** The menu that is open stands where all of it is seen, whatever the log does below it. */
  place() {
    const sheet = this.#open && this.room.log.list.querySelector(".sheet");
    if (!sheet) return;
    const { top, bottom } = this.room.scroll.sight;
    sheet.style.setProperty("--most", `${bottom - top}px`);
    const menu = sheet.parentElement.querySelector("[data-menu]").getBoundingClientRect();
    sheet.classList.toggle("up", bottom - menu.bottom < sheet.offsetHeight);
    sheet.scrollIntoView({ block: "nearest" });
  }

  #offers(entry, { do: verb, respond }) {
    const { can, company, dataset } = this.room;
    const mine = entry.dataset.member === dataset.me;
    const posted = entry.dataset.state === "posted";
    if (respond) return posted && can.has("respond");
    if (verb === "reply") return posted && can.has("post");
    if (verb === "edit" && this.room.timeToChange(entry.dataset.at) < 0) return false;
    if (verb === "edit" || verb === "take_back") return mine && can.has(verb);
    if (verb === "set_aside") return !mine && can.has(verb);
    if (verb === "tell") return !mine && can.has(verb);
    if (verb === "who") return mine && Boolean(entry.querySelector(".mark"));
    const state = entry.dataset.state;
    if (verb === "let_through" || verb === "ask_to_change") {
      return !mine && state === "held" && can.has(verb);
    }
    const { member } = entry.dataset;
    const role = company.people.get(member)?.role;
    if (verb === "hide") return !mine && role === "peer" && can.has(verb);
    // Whoever the room is held for: peers, and those who listen in an open session.
    const led = role === "peer" || role === "listener";
    if (verb === "remove") return led && can.has(verb);
    const is = verb.endsWith("mute") ? company.isMuted(member) : company.held.has(member);
    return led && can.has(verb) && is === verb.startsWith("un");
  }

  #do(entry, { dataset }) {
    const message = entry.dataset.id;
    const verb = dataset.do;
    this.close({ back: verb !== "reply" && verb !== "edit" && verb !== "answer" });
    if (dataset.respond) this.#respond(entry, dataset.respond);
    if (verb === "answer") this.room.composer.text.focus();
    if (verb === "reply") this.room.composer.reply(quoteOf(entry, this.room.company));
    if (verb === "edit") this.room.composer.change(message);
    if (verb === "take_back") this.#verb({ do: verb, message });
    if (FACILITATING.has(verb)) facilitate(this.room, verb, entry.dataset);
    if (verb === "tell") {
      tell({ message }, entry.dataset.member, this.room.company, (frame) => this.#verb(frame));
    }
    if (verb === "who") location.assign(`${this.room.dataset.page}messages/${message}/who/`);
    if (verb === "hide") this.#hide(entry.dataset.member);
  }

  async #hide(member) {
    if (!(await ask("hide"))) return;
    if (await this.#verb({ do: "hide", member })) this.room.without(member);
  }

  /** It stands as pressed at once. On a slow line one presses again, which would take it back. */
  async #respond({ dataset: { id } }, response) {
    const { dress } = this.room;
    if (dress.isAsked(id, response)) return;
    this.#ask(id, response, true);
    const ack = await this.#verb({ do: "respond", message: id, response });
    if (ack?.mine) dress.mine.set(id, ack.mine);
    this.#ask(id, response, false);
  }

  #ask(id, response, is) {
    const { dress, log } = this.room;
    dress.asks(id, response, is);
    const entry = log.entry(id);
    if (entry) dress.responses(entry);
  }

  async #verb(frame) {
    try {
      return await this.room.line.ask({ ...frame, circle: this.room.dataset.circle });
    } catch (refused) {
      this.room.composer.refuse(refused.say || say("not-reached"));
      return undefined;
    }
  }

  #key(event) {
    const sheet = event.target.closest(".sheet");
    if (event.key === "Escape" && this.#open) this.close({ back: true });
    if (!sheet || (event.key !== "ArrowDown" && event.key !== "ArrowUp")) return;
    event.preventDefault();
    const buttons = [...sheet.querySelectorAll("button:not([hidden])")];
    const step = event.key === "ArrowDown" ? 1 : -1;
    const at = buttons.indexOf(document.activeElement) + step;
    buttons[(at + buttons.length) % buttons.length].focus();
  }
}

function hasButton(rule, way) {
  let one = rule[`${way}ElementSibling`];
  for (; one && one.tagName !== "HR"; one = one[`${way}ElementSibling`]) {
    if (!one.hidden) return true;
  }
  return false;
}
