// What is kept on this device until it has left: drafts, and messages not sent yet.
//
// In IndexedDB, under the person it belongs to; where the browser allows none, for as long as
// the page is open. Signing out clears it, and so does the next person who comes.

const NAME = "reweave-room";
const STORE = "kept";
const OWNER = "owner";

export class Keep {
  /** Whether it outlives the page, as far as is known. */
  lasts = true;
  #memory = new Map();
  #ready;

  constructor(person) {
    this.#ready = this.#open(person).catch(() => {
      this.lasts = false;
    });
  }

  async get(key) {
    const db = await this.#ready;
    if (!db) return this.#memory.get(key);
    return done(db.transaction(STORE).objectStore(STORE).get(key));
  }

  async put(key, value) {
    await this.putAll({ [key]: value });
  }

  /** All of it, or nothing: of what is written one by one a page that closes loses the last. */
  async putAll(values) {
    const all = Object.entries(values);
    await this.#write(
      (store) => all.map(([key, value]) => store.put(value, key)).at(-1),
      () => all.forEach(([key, value]) => this.#memory.set(key, value)),
    );
  }

  async drop(key) {
    await this.#write((store) => store.delete(key), () => this.#memory.delete(key));
  }

  /** Lets what lies under one key lie under another, all at once; gives it, where it was there. */
  async move(from, to) {
    const db = await this.#ready;
    if (!db || from === to) return this.get(from);
    const store = db.transaction(STORE, "readwrite").objectStore(STORE);
    const value = await done(store.get(from));
    if (value === undefined) return undefined;
    store.put(value, to);
    store.delete(from);
    return value;
  }

  /** Everything whose key begins so, in the order of the keys. */
  async all(prefix) {
    return [...(await this.entries(prefix)).values()];
  }

  /** The same, each with its key. */
  async entries(prefix) {
    const db = await this.#ready;
    if (!db) return new Map([...this.#memory].filter(([key]) => key.startsWith(prefix)));
    const range = IDBKeyRange.bound(prefix, `${prefix}\uffff`);
    const store = db.transaction(STORE).objectStore(STORE);
    const both = [done(store.getAllKeys(range)), done(store.getAll(range))];
    const [keys, values] = await Promise.all(both);
    return new Map(keys.map((key, n) => [key, values[n]]));
  }

  async dropAll(prefix) {
    const range = () => IDBKeyRange.bound(prefix, `${prefix}\uffff`);
    await this.#write(
      (store) => store.delete(range()),
      () => {
        for (const key of [...this.#memory.keys()]) {
          if (key.startsWith(prefix)) this.#memory.delete(key);
        }
      },
    );
  }

  async #write(stored, remembered) {
    const db = await this.#ready;
    if (!db) return remembered();
    try {
      const transaction = db.transaction(STORE, "readwrite");
      const written = done(stored(transaction.objectStore(STORE)));
      // At once: what a page that closes has not handed over is lost.
      transaction.commit?.();
      return await written;
    } catch {
      // A full or a private browser: better for as long as the page is open than not at all.
      this.lasts = false;
      return remembered();
    }
  }

  async #open(person) {
    const request = indexedDB.open(NAME, 1);
    request.onupgradeneeded = () => request.result.createObjectStore(STORE);
    const db = await done(request);
    const store = db.transaction(STORE, "readwrite").objectStore(STORE);
    if ((await done(store.get(OWNER))) !== person) {
      store.clear();
      await done(store.put(person, OWNER));
    }
    return db;
  }
}

function done(request) {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
}
