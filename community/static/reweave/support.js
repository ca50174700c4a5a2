// The support page is kept on this device from the first page of the house that was open here.

const worker = navigator.serviceWorker;

async function keep() {
  try {
    await worker.register("/support/worker.js", { scope: "/support/" });
    if (!document.querySelector("[data-kept-here]")) return;
    await worker.ready;
    document.querySelector("[data-kept-here]").hidden = false;
  } catch {
    // A browser that keeps nothing, or a house that can't be reached: another page tries again.
  }
}

if (worker && isSecureContext) {
  if (document.readyState === "complete") keep();
  else addEventListener("load", keep);
}
