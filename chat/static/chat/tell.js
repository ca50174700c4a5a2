// Telling the facilitator of a message or a person: a reason, and the thanks.

/** Asks for a reason, tells, and says who will look. `ask` sends a verb and gives its answer. */
export async function tell(what, ask) {
  const chosen = await reasonFor();
  if (!chosen) return;
  const ack = await ask({ do: "tell", ...what, ...chosen });
  if (!ack) return;
  const told = document.getElementById("told");
  told.querySelector("[data-say]").textContent = ack.say;
  told.showModal();
}

function reasonFor() {
  const dialog = document.getElementById("ask-tell");
  const form = dialog.querySelector("form");
  form.reset();
  dialog.returnValue = "";
  dialog.showModal();
  const first = form.querySelector(`[value="worried"]`);
  first.focus();
  return new Promise((resolve) => {
    dialog.addEventListener(
      "close",
      () => {
        const reason = dialog.returnValue;
        resolve(reason ? { reason, note: new FormData(form).get("note") } : undefined);
      },
      { once: true },
    );
  });
}
