// The cards that lie before this member alone: fetched and told when one comes, put away by a click.

export class Cards {
  #place;
  #page;

  constructor(room) {
    this.room = room;
    this.#place = room.querySelector("[data-cards]");
    this.#page = room.dataset.page;
    this.#place?.addEventListener("click", (event) => this.#press(event));
  }

  async came() {
    const response = await fetch(`${this.#page}cards/`).catch(() => undefined);
    if (!response?.ok || !this.#place) return;
    const page = new DOMParser().parseFromString(await response.text(), "text/html");
    const known = new Set([...this.#place.children].map(({ dataset }) => dataset.card));
    this.#place.replaceChildren(...page.body.children);
    for (const card of this.#place.children) {
      if (!known.has(card.dataset.card)) this.room.aloud.tell(card.querySelector("p").textContent);
    }
  }

  #press(event) {
    const button = event.target.closest("[formaction]");
    const card = button?.closest("[data-card]");
    if (!card) return;
    event.preventDefault();
    const body = new FormData(button.form);
    fetch(button.getAttribute("formaction"), { method: "POST", body, redirect: "manual" })
      .then(() => this.#remove(card))
      .catch(() => undefined);
  }

  /** Whoever has put it away goes on at the words. */
  #remove(card) {
    const held = card.contains(document.activeElement);
    card.remove();
    if (held) this.room.querySelector(".log").focus({ preventScroll: true });
  }
}
