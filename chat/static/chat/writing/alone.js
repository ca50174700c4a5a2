// What of a person's tabs only one does at a time.

const PATIENCE = 15_000;

/** Does it while no other tab does. Where tabs can't agree on that, or one takes long, at once. */
export async function alone(name, act) {
  if (!navigator.locks) return act();
  const waits = new AbortController();
  const late = setTimeout(() => waits.abort(), PATIENCE);
  let began = false;
  try {
    return await navigator.locks.request(name, { signal: waits.signal }, () => {
      began = true;
      clearTimeout(late);
      return act();
    });
  } catch (failed) {
    if (began) throw failed;
    return act();
  }
}
