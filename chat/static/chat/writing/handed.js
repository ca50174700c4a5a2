// What someone had not sent when their page was emptied: there to be copied, by them alone. Whoever
// signs in after them on this device is not shown it; when they are back, they are.

const LOOK_EVERY = 10_000;

export class HandedOver {
  #words;

  /** `mayEnter` says whose the page is now; where that is known to be another's, they are put away. */
  constructor(place, words, mayEnter, isAnothers) {
    this.place = place;
    this.text = place.querySelector("textarea");
    this.mayEnter = mayEnter;
    this.#words = words;
    this.#show(!isAnothers);
    if (!words) return;
    for (const seen of ["pageshow", "focus", "online"]) addEventListener(seen, () => this.#look());
    document.addEventListener("visibilitychange", () => this.#look());
    setInterval(() => this.#look(), LOOK_EVERY);
  }

  /** Out of sight it is put away: who comes back to it has to be asked first. */
  async #look() {
    const may = document.hidden ? "unknown" : await this.mayEnter();
    if (document.hidden || may === "anothers") this.#show(false);
    else if (may !== "unknown") this.#show(true);
  }

  #show(is) {
    const words = is ? this.#words : "";
    this.place.hidden = !words;
    // What is being copied stays chosen.
    if (this.text.value !== words) this.text.value = words;
  }
}
