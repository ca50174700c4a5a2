// Who holds the room now, as far as they have said: leases, counted down here. What isn't known
// is taken for no, and nothing that stops, a browser, a line or a house, can stop the counting.

const LOOK = 1000;

export class Watch extends EventTarget {
  #leases = [];
  #anchor;
  #asked;
  #timer;
  #shown = "";

  /** `root` has data-now, the house's clock when it drew the page, and data-attended. */
  constructor(root) {
    super();
    const [page] = performance.getEntriesByType("navigation");
    // The house drew the page after it was asked for it: from then its clock is counted on.
    const since = page?.requestStart ?? 0;
    const wall = performance.timeOrigin + since;
    this.#anchor = { house: Date.parse(root.dataset.now), wall, ticks: since };
    this.#leases = JSON.parse(root.dataset.attended ?? "[]");
    const look = () => this.#look();
    for (const event of ["pageshow", "focus"]) addEventListener(event, look);
    document.addEventListener("visibilitychange", look);
    this.#look();
  }

  /** The members who are here now. */
  get here() {
    const now = this.#latest();
    const running = this.#leases.filter(({ until }) => Date.parse(until) > now);
    return running.map(({ member }) => member);
  }

  /** The house is asked how things stand: whatever it says about its clock, it says after this. */
  asking() {
    this.#asked ??= { wall: Date.now(), ticks: performance.now() };
  }

  /** Its answer. */
  answered({ now, attended }) {
    if (now && this.#asked) this.#anchor = { house: Date.parse(now), ...this.#asked };
    this.#asked = undefined;
    if (attended) this.heard({ by: attended });
  }

  /** What was asked will not be answered any more. */
  lost() {
    this.#asked = undefined;
  }

  /** A frame: all the leases there are. How long it was on its way is of no matter. */
  heard({ by }) {
    this.#leases = by;
    this.#look();
  }

  /** The house's clock, at the latest it can be by now. A clock that was put back and one that
   * slept with the device are both outrun by the other. */
  #latest() {
    const { house, wall, ticks } = this.#anchor;
    return house + Math.max(Date.now() - wall, performance.now() - ticks);
  }

  #look() {
    clearTimeout(this.#timer);
    const { here } = this;
    if (here.length) this.#timer = setTimeout(() => this.#look(), LOOK);
    if (here.join() === this.#shown) return;
    this.#shown = here.join();
    this.dispatchEvent(new Event("change"));
  }
}
