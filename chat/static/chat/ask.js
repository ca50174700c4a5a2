// What a facilitator is asked before they act: the reason, and until when.

const HOUR = 3_600_000;
const MORNING = 8;

/** Opens the dialog for `verb`; its answer, or undefined where they left it. */
export function ask(verb) {
  const dialog = document.getElementById(`ask-${verb}`);
  const form = dialog.querySelector("form");
  form.reset();
  dialog.returnValue = "";
  dialog.showModal();
  return new Promise((resolve) => {
    dialog.addEventListener(
      "close",
      () => {
        const answer = Object.fromEntries(new FormData(form));
        if (answer.for) answer.until = until(answer.for).toISOString();
        resolve(dialog.returnValue === "go" ? answer : undefined);
      },
      { once: true },
    );
  });
}

function until(length) {
  const now = new Date();
  if (length === "hour") return new Date(now.getTime() + HOUR);
  if (length === "week") return new Date(now.getTime() + 7 * 24 * HOUR);
  return new Date(now.getFullYear(), now.getMonth(), now.getDate() + 1, MORNING);
}
