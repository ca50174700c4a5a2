// Naming someone: after an @ the composer offers the circle's names. The focus stays in the words;
// arrows choose, Enter or Tab puts the name in, Escape leaves it. Typed out, a name does as well.

import { cut, sayCount } from "../words/sayings.js";

const LONGEST = 40;
const MOST = 6;

export class Naming {
  #options = [];
  #at = 0;
  #begins = -1;

  constructor(composer) {
    this.room = composer.room;
    this.text = composer.text;
    this.list = composer.form.querySelector("[data-naming]");
    this.told = composer.form.querySelector("[data-naming-told]");
    if (!this.list) return;
    this.text.setAttribute("aria-autocomplete", "list");
    this.text.setAttribute("aria-controls", this.list.id);
    this.text.addEventListener("input", (event) => event.isComposing || this.#look());
    this.text.addEventListener("click", () => this.#look());
    this.text.addEventListener("blur", () => this.close());
    // The field keeps the focus, so that a phone keeps its keyboard.
    this.list.addEventListener("pointerdown", (event) => event.preventDefault());
    this.list.addEventListener("click", ({ target }) => {
      const option = target.closest("[role=option]");
      if (option) this.#take(this.#options[[...this.list.children].indexOf(option)]);
    });
  }

  get isOpen() {
    return Boolean(this.list) && !this.list.hidden;
  }

  /** Whether the key was meant for the list. */
  key(event) {
    if (event.key.startsWith("Arrow") && !event.key.endsWith("Up") && !event.key.endsWith("Down")) {
      // The caret moves on: where it lands is looked at once it is there.
      if (this.list) setTimeout(() => this.#look());
      return false;
    }
    if (!this.isOpen) return false;
    const { length } = this.#options;
    if (event.key === "ArrowDown") this.#mark((this.#at + 1) % length);
    else if (event.key === "ArrowUp") this.#mark((this.#at + length - 1) % length);
    else if (event.key === "Escape") this.close();
    else if ((event.key === "Enter" || event.key === "Tab") && !event.shiftKey) {
      this.#take(this.#options[this.#at]);
    } else return false;
    event.preventDefault();
    event.stopPropagation();
    return true;
  }

  close() {
    if (!this.isOpen) return;
    this.list.hidden = true;
    this.list.replaceChildren();
    this.told.textContent = "";
    this.text.removeAttribute("aria-activedescendant");
  }

  #look() {
    const { selectionStart, selectionEnd, value } = this.text;
    const before = value.slice(Math.max(0, selectionStart - LONGEST - 1), selectionStart);
    const isOne = selectionStart === selectionEnd;
    const asked = isOne && /(?:^|[^\p{L}\p{M}\p{N}_@])@([^\n@]*)$/u.exec(before);
    if (!asked) return this.close();
    this.#begins = selectionStart - asked[1].length - 1;
    this.#options = this.#named(folded(asked[1]));
    return this.#options.length ? this.#show() : this.close();
  }

  /** Everyone whose name, or a word of it, begins so: first whose whole name it is, then whose begins
   * so. Nobody, once a whole name is written and something else begins: what is pressed then is for
   * the words, and not for a longer name. */
  #named(asked) {
    const { me } = this.room.dataset;
    const found = [];
    for (const one of this.room.company.people.values()) {
      const name = folded(one.name);
      if (asked === `${name} `) return [];
      const fits = [name === asked, name.startsWith(asked), name.includes(` ${asked}`)];
      const place = fits.indexOf(true);
      if (one.id !== me && place >= 0) found.push({ one, place });
    }
    found.sort((a, b) => a.place - b.place);
    return found.slice(0, MOST).map(({ one }) => one);
  }

  #show() {
    const options = this.#options.map(({ name, swatch }, n) => {
      const option = cut("part-name");
      option.id = `naming-${n}`;
      option.firstElementChild.className = `${swatch} tiny`;
      option.querySelector("bdi").textContent = name;
      return option;
    });
    const wasOpen = this.isOpen;
    this.list.replaceChildren(...options);
    this.list.hidden = false;
    this.#mark(0);
    const told = sayCount("naming", options.length);
    if (!wasOpen || this.told.textContent !== told) this.told.textContent = told;
  }

  #mark(at) {
    this.#at = at;
    [...this.list.children].forEach((option, n) => {
      option.setAttribute("aria-selected", String(n === at));
    });
    this.list.children[at].scrollIntoView({ block: "nearest" });
    this.text.setAttribute("aria-activedescendant", `naming-${at}`);
  }

  #take({ name }) {
    this.close();
    // As if typed, so that it can be undone, is kept as a draft and counted.
    this.text.setRangeText(`@${name} `, this.#begins, this.text.selectionStart, "end");
    this.text.dispatchEvent(new InputEvent("input", { bubbles: true }));
    this.text.focus();
  }
}

function folded(text) {
  // Not as the browser's own language has it: in Turkish an I becomes another letter than an i.
  return text.normalize("NFKD").replace(/\p{M}/gu, "").toLowerCase();
}
