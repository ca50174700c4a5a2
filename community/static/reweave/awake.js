// For those who hold a circle: tells the house, now and then, that a hand is on this page; where none
// has been for a while in any tab, asks whether someone is there, and then lets the house lock it.

const { idleMinutes } = document.querySelector("[data-idle-minutes]").dataset;
const IDLE = Number(idleMinutes) * 60_000;
const SAY_EVERY = 60_000;
const NOTE_EVERY = 1000;
// Two minutes to answer; and of the last touch the house may know only what was a minute before.
const ASK_AFTER = Math.max(IDLE - 3 * SAY_EVERY, IDLE / 2);
const KEY = "reweave-touched";
// Whoever has the page read to them presses no key that it hears of: but they press its buttons.
const SIGNS = ["pointerdown", "pointermove", "keydown", "wheel", "click", "input"];

const question = document.getElementById("awake");

let here = Date.now();
let said = here;

/** When a hand was last on any tab of this browser. */
function touchedAt() {
  try {
    return Math.max(here, Number(localStorage.getItem(KEY)));
  } catch {
    return here;
  }
}

function note() {
  try {
    localStorage.setItem(KEY, String(here));
  } catch {
    // Where nothing may be kept, each tab is by itself.
  }
}

function touched() {
  const now = Date.now();
  if (now - here < NOTE_EVERY) return;
  here = now;
  note();
  if (now - said < SAY_EVERY) return;
  said = now;
  fetch("/awake/", { method: "POST", keepalive: true }).catch(() => undefined);
}

/** It goes when it is answered, here or in another tab: not from below a hand that comes to it. */
function ask() {
  const still = Date.now() - touchedAt();
  if (still > IDLE + SAY_EVERY) location.reload();
  else if (still > ASK_AFTER && !question.open) question.showModal();
  else if (touchedAt() > here) question.close();
}

note();
for (const kind of SIGNS) addEventListener(kind, touched, { passive: true, capture: true });
setInterval(ask, 15_000);
