// What is kept on this device until it has left: drafts, and messages not sent yet.
//
// In IndexedDB, under the person it belongs to; where the browser allows none, for as long as
// the page is open. Signing out clears it, and so does the next person who comes.

const NAME = "reweave-room";
const STORE = "kept";
const OWNER = "owner";

export class Keep {
  #memory = new Map();
  #ready;

  constructor(person) {
    this.#ready = this.#open(person).catch(() => undefined);
  }

  async get(key) {
    const db = await this.#ready;
    if (!db) return this.#memory.get(key);
    return done(db.transaction(STORE).objectStore(STORE).get(key));
  }

  async put(key, value) {
    await this.#write((store) => store.put(value, key), () => this.#memory.set(key, value));
  }

  async drop(key) {
    await this.#write((store) => store.delete(key), () => this.#memory.delete(key));
  }

  /** Everything whose key begins so, in the order of the keys. */
  async all(prefix) {
    const db = await this.#ready;
    if (!db) return [...this.#memory].filter(([key]) => key.startsWith(prefix)).map(([, v]) => v);
    const range = IDBKeyRange.bound(prefix, `${prefix}\uffff`);
    return done(db.transaction(STORE).objectStore(STORE).getAll(range));
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
      return await done(stored(db.transaction(STORE, "readwrite").objectStore(STORE)));
    } catch {
      // A full or a private browser: better for as long as the page is open than not at all.
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
