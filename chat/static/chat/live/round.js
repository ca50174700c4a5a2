// Going round: the list, which says everything, and the ring, which only shows it.

import { cut, say } from "../words/sayings.js";
import { excerpt } from "../writing/characters.js";

const SVG = "http://www.w3.org/2000/svg";
const RADIUS = 104;
const CENTRE = 150;
const MOST_ON_RING = 16;
// Where the drawing ends beside the ring.
const EDGE = 345;
const LONGEST = 40;

export class Round {
  constructor(live) {
    this.live = live;
    this.list = live.querySelector("[data-order]");
    this.ring = live.querySelector("[data-ring]");
  }

  draw() {
    const { order } = this.live.state;
    const rows = new Map([...this.list.children].map((row) => [row.dataset.member, row]));
    const coming = this.live.coming?.member;
    const drawn = order.map((place) => {
      const row = rows.get(place.member) ?? this.#newRow(place.member);
      rows.delete(place.member);
      this.#fill(row, place, place.member === coming);
      return row;
    });
    for (const row of rows.values()) row.remove();
    drawn.forEach((row, at) => {
      if (this.list.children[at] !== row) this.list.insertBefore(row, this.list.children[at] ?? null);
    });
    this.live.querySelector("[data-order-empty]").hidden = order.length > 0;
    this.#drawRing();
  }

  /** Those to come, with the one a button names moved one place up or down. */
  moved({ name, value }) {
    const toCome = this.live.state.order.filter(({ state }) => state === "waiting" || state === "last");
    const members = toCome.map(({ member }) => member);
    const from = members.indexOf(value);
    const to = Math.max(0, name === "up" ? from - 1 : from + 1);
    members.splice(to, 0, ...members.splice(from, 1));
    return members;
  }

  #newRow(id) {
    const row = cut("part-place");
    const { name, swatch } = this.live.person(id);
    row.dataset.member = id;
    row.querySelector("[data-swatch]").className = `${swatch} small`;
    const words = document.createElement("bdi");
    words.textContent = id === this.live.me ? say("you") : name;
    row.querySelector("[data-name]").replaceChildren(words);
    const tell = row.querySelector(".tell");
    if (tell && id === this.live.me) tell.remove();
    else if (tell) {
      tell.href = `${this.live.dataset.page}members/${id}/tell/`;
      tell.setAttribute("aria-label", say("tell-about", { name }));
    }
    for (const button of row.querySelectorAll("button")) {
      button.value = id;
      button.setAttribute("aria-label", button.getAttribute("aria-label").replace("{name}", name));
    }
    return row;
  }

  #fill(row, { member, state, hand }, isNext) {
    const done = state === "spoken" || state === "passed";
    row.className = state === "holding" ? "now" : done ? "spoken" : "";
    row.querySelector("[data-hand]").hidden = !hand;
    const doing = isNext && state === "waiting" ? "next" : state;
    const isMuted = this.live.isFacilitator && this.live.company.isMuted(member);
    const words = [say(`live.doing.${doing}`), isMuted && say("live.doing.muted")];
    row.querySelector("[data-doing]").textContent = words.filter(Boolean).join(", ");
    const waits = state === "waiting" || state === "last";
    for (const button of row.querySelectorAll("[data-verb=order]")) button.hidden = !waits;
    const give = row.querySelector("[data-verb=give_piece]");
    if (give) give.hidden = !this.live.inRound || state === "holding";
  }

  // The ring ------------------------------------------------------------------------------

  #drawRing() {
    const { facilitator, order } = this.live.state;
    const leads = facilitator && !order.some(({ member }) => member === facilitator);
    const seats = leads ? [{ member: facilitator, state: "spoken" }, ...order] : order;
    this.ring.toggleAttribute("hidden", !order.length || seats.length > MOST_ON_RING);
    if (this.ring.hasAttribute("hidden")) return;
    const holding = seats.findIndex(({ state }) => state === "holding");
    const parts = [shape("circle", { class: "thread", cx: CENTRE, cy: CENTRE, r: RADIUS })];
    if (holding > 0) parts.push(arc(holding, seats.length));
    seats.forEach((seat, place) => parts.push(this.#seat(seat, place, seats.length)));
    this.ring.replaceChildren(...parts);
    for (const text of this.ring.querySelectorAll("text")) shorten(text);
  }

  #seat({ member, state }, place, of) {
    const { name, swatch } = this.live.person(member);
    const dye = swatch.split(" ").find((one) => one.startsWith("a-")) ?? "a-woad";
    const now = state === "holding";
    const mine = member === this.live.me;
    const is = now ? "now" : state === "spoken" || state === "passed" ? "spoken" : "wait";
    const [x, y] = at(place, of, RADIUS);
    const group = shape("g", { class: `${is}${mine ? " me" : ""} ${dye}` });
    if (now) group.append(shape("circle", { class: "halo", cx: x, cy: y, r: 20 }));
    group.append(shape("circle", { class: "seat", cx: x, cy: y, r: now ? 13 : 11 }));
    const lean = Math.cos(angle(place, of));
    const anchor = Math.abs(lean) < 0.45 ? "middle" : lean > 0 ? "start" : "end";
    const [textX, reach] = at(place, of, RADIUS + (now ? 28 : 19));
    const textY = reach + (anchor !== "middle" ? 5 : reach > CENTRE ? 14 : -4);
    const text = shape("text", { x: textX, y: textY, "text-anchor": anchor });
    text.textContent = mine ? say("you") : name;
    group.append(text);
    return group;
  }
}

function angle(place, of) {
  return -Math.PI / 2 + (2 * Math.PI * place) / of;
}

function at(place, of, reach) {
  const turn = angle(place, of);
  return [CENTRE + reach * Math.cos(turn), CENTRE + reach * Math.sin(turn)];
}

function arc(place, of) {
  const [x0, y0] = at(0, of, RADIUS);
  const [x1, y1] = at(place, of, RADIUS);
  const long = place / of > 0.5 ? 1 : 0;
  const d = `M${x0} ${y0}A${RADIUS} ${RADIUS} 0 ${long} 1 ${x1} ${y1}`;
  return shape("path", { class: "passed", d });
}

/** The ring has little room beside it; the whole name stands in the list. */
function shorten(text) {
  const x = Number(text.getAttribute("x"));
  const anchor = text.getAttribute("text-anchor");
  const room = { start: EDGE - x, end: x + EDGE - 2 * CENTRE, middle: 2 * RADIUS }[anchor];
  const name = text.textContent;
  for (let n = LONGEST; n > 1 && text.getComputedTextLength() > room; n -= 1) {
    text.textContent = excerpt(name, n);
  }
}

function shape(name, attributes) {
  const element = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) {
    element.setAttribute(key, typeof value === "number" ? value.toFixed(1) : value);
  }
  return element;
}
