// Whoever presses twice sends a form once: the second answer would say that it was sent already.

const AGAIN = 5000;
let sentAt = new WeakMap();

// Last of all who listen: a form whose sending some script has taken over is that script's, and one
// that closes a dialog is not sent anywhere.
addEventListener("submit", (event) => {
  const method = event.submitter?.formMethod || event.target.getAttribute("method");
  if (event.defaultPrevented || method === "dialog") return;
  const now = performance.now();
  if (now - (sentAt.get(event.target) ?? -AGAIN) < AGAIN) event.preventDefault();
  else sentAt.set(event.target, now);
});

// Back on the page, they may have something new to send.
addEventListener("pageshow", () => {
  sentAt = new WeakMap();
});
