// What is asked of the house by HTTP while there is no line. A connection that died without a word
// answers nothing, and would be waited for without end.

const PATIENCE = 10_000;

/** As `fetch`; fails where no answer comes in time. */
export function reach(address, how = {}) {
  return fetch(address, { ...how, signal: AbortSignal.timeout(PATIENCE) });
}

/** Whether a page is still this person's: "yes", "gone" or "signed-out"; "unknown" where the house
 * can't be reached. */
export async function mayEnter(page) {
  try {
    const response = await reach(page, { method: "HEAD", redirect: "manual" });
    if (response.type === "opaqueredirect") return "signed-out";
    return response.status === 404 ? "gone" : "yes";
  } catch {
    return "unknown";
  }
}
