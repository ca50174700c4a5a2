// For those who hold a circle: tells the house, now and then, that a hand is on this page, and
// where none has been for a while in any tab, lets the house lock it.

const { idleMinutes } = document.querySelector("[data-idle-minutes]").dataset;
const IDLE = Number(idleMinutes) * 60_000;
const SAY_EVERY = 60_000;
const NOTE_EVERY = 1000;
const KEY = "reweave-touched";

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

note();
for (const kind of ["pointerdown", "pointermove", "keydown", "wheel"]) {
  addEventListener(kind, touched, { passive: true, capture: true });
}
setInterval(() => {
  if (Date.now() - touchedAt() > IDLE + SAY_EVERY) location.reload();
}, 15_000);
