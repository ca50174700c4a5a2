// Which tab of this browser the page is in, so that each keeps for itself what is written in it. The
// name stays with the tab through reloads, and a lock says for as long as it is open that it is.

const NAME = "reweave-tab";
const LOCK = "reweave-tab:";

let named;

/** A tab that was duplicated has the name of another, which holds it: it takes a new one. */
export function nameOfTab() {
  named ??= take();
  return named;
}

/** The names of the tabs that are open, as far as the browser can tell. */
export async function openTabs() {
  const { held } = (await navigator.locks?.query().catch(() => undefined)) ?? { held: [] };
  const locks = held.map(({ name }) => name).filter((name) => name.startsWith(LOCK));
  return new Set(locks.map((name) => name.slice(LOCK.length)));
}

// A page that one goes back to may be the one that was left.
addEventListener("pageshow", ({ persisted }) => persisted && named?.then(hold));

async function take() {
  const before = remembered();
  if (before && (await hold(before))) return before;
  const name = crypto.randomUUID();
  await hold(name);
  remember(name);
  return name;
}

/** Whether the name is this page's now, and until it is left. It is let go before the next page in
 * the same tab asks for it. */
function hold(name) {
  if (!navigator.locks) return true;
  return new Promise((tell) => {
    const untilLeft = (lock) => {
      tell(Boolean(lock));
      return lock && new Promise((leave) => addEventListener("pagehide", leave, { once: true }));
    };
    const whether = { ifAvailable: true };
    navigator.locks.request(LOCK + name, whether, untilLeft).catch(() => tell(false));
  });
}

function remembered() {
  try {
    return sessionStorage.getItem(NAME);
  } catch {
    return undefined;
  }
}

function remember(name) {
  try {
    sessionStorage.setItem(NAME, name);
  } catch {
    // Where nothing may be stored, it is the tab's for as long as the page is open.
  }
}
