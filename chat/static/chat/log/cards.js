// The cards that lie before this member alone: fetched when one comes, put away by a click.

export class Cards {
  #place;
  #page;

  constructor(room) {
    this.#place = room.querySelector("[data-cards]");
    this.#page = room.dataset.page;
    this.#place?.addEventListener("click", (event) => this.#press(event));
  }

  async came() {
    const response = await fetch(`${this.#page}cards/`).catch(() => undefined);
    if (!response?.ok || !this.#place) return;
    const page = new DOMParser().parseFromString(await response.text(), "text/html");
    this.#place.replaceChildren(...page.body.children);
  }

  #press(event) {
    const button = event.target.closest("[formaction]");
    const card = button?.closest("[data-card]");
    if (!card) return;
    event.preventDefault();
    const body = new FormData(button.form);
    fetch(button.getAttribute("formaction"), { method: "POST", body, redirect: "manual" })
      .then(() => card.remove())
      .catch(() => undefined);
  }
}
