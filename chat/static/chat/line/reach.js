// What is asked of the house by HTTP while there is no line. A connection that died without a word
// answers nothing, and would be waited for without end.

const PATIENCE = 10_000;
const WHOSE = "Reweave-Person";

/** As `fetch`; fails where no answer comes in time. */
export function reach(address, how = {}) {
  return fetch(address, { ...how, signal: AbortSignal.timeout(PATIENCE) });
}

/** Whether an answer is somebody else's than this person's: then they are who is signed in now. */
export function isAnothers({ headers }, person) {
  const whose = headers.get(WHOSE);
  return Boolean(person && whose && whose !== person);
}

/** Whether a page is still this person's: "yes", "gone", "signed-out" or "anothers", where someone
 * else is signed in; "unknown" where the house can't be reached. */
export async function mayEnter(page, person) {
  try {
    const response = await reach(page, { method: "HEAD", redirect: "manual" });
    if (response.type === "opaqueredirect") return "signed-out";
    if (isAnothers(response, person)) return "anothers";
    return response.status === 404 ? "gone" : "yes";
  } catch {
    return "unknown";
  }
}
