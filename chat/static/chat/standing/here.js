// A facilitator's page says that they are here, again and again, for as long as they look at it.
// It stops with the page, in another tab, and when nobody has touched it for a while.

const STILL = 15 * 60_000;
// A screen reader keeps its keys to itself, but presses buttons and fills fields.
const SIGNS = ["pointerdown", "keydown", "scroll", "touchstart", "click", "input"];

/** `page` has `here` and `away` (addresses), `token`, and `seconds` (how long one saying lasts).
 * `line`, where there is one, is asked first: `say(verb)` gives false where it can't. */
export function keepHere(page, line = { say: () => false }) {
  let touchedAt = Date.now();
  let saidAt = 0;
  const tabs = new BroadcastChannel("reweave-here");
  const every = (page.seconds * 1000 * 4) / 9;

  const post = (address) => {
    const headers = { Accept: "application/json", "X-CSRFToken": page.token };
    return fetch(address, { method: "POST", headers, keepalive: true }).catch(() => undefined);
  };
  const looked = () => !document.hidden && Date.now() - touchedAt < STILL;
  const say = () => {
    if (!looked()) return;
    saidAt = Date.now();
    if (!line.say("here")) post(page.here);
  };

  for (const sign of SIGNS) {
    addEventListener(
      sign,
      () => {
        const wasStill = Date.now() - touchedAt >= STILL;
        touchedAt = Date.now();
        if (wasStill) say();
      },
      { passive: true, capture: true },
    );
  }
  document.addEventListener("visibilitychange", () => {
    if (document.hidden) return;
    touchedAt = Date.now();
    if (Date.now() - saidAt > every) say();
  });
  addEventListener("pagehide", () => {
    // The page ends: what is given to the socket now may never leave.
    post(page.away);
    tabs.postMessage(page.away);
  });
  addEventListener("pageshow", ({ persisted }) => persisted && say());
  // Another tab of the same room was closed: this one is still here.
  tabs.addEventListener("message", ({ data }) => data === page.away && setTimeout(say, 300));
  setInterval(say, every);
  say();
  return { say };
}
