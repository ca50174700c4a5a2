// What is kept on this device until it has left: drafts, and messages not sent yet.
//
// In IndexedDB, each of it under the person whose it is; where the browser allows none, for as long
// as the page is open. Signing out clears it, and so does the next person who comes; what a page of
// someone else's writes after that, as it has not heard of them yet, they neither see nor send.

const NAME = "reweave-room";
const STORE = "kept";
const LAST = "\uffff";

/** Says "unkept" where it finds that this browser keeps nothing more. */
export class Keep extends EventTarget {
  /** Whether it outlives the page, as far as is known. */
  lasts = true;
  #memory = new Map();
  #ready;
  #whose;

  constructor(person) {
    super();
    this.#whose = `${person}:`;
    this.#ready = this.#open().catch(() => this.#tellUnkept());
  }

  async get(key) {
    const db = await this.#ready;
    if (!db || this.#memory.has(key)) return this.#memory.get(key);
    return done(db.transaction(STORE).objectStore(STORE).get(this.#whose + key));
  }

  async put(key, value) {
    await this.putAll({ [key]: value });
  }

  /** All of it, or nothing: of what is written one by one a page that closes loses the last. */
  async putAll(values) {
    const all = Object.entries(values);
    const isKept = await this.#write((store) => {
      for (const [key, value] of all) store.put(value, this.#whose + key);
    });
    for (const [key, value] of all) {
      if (isKept) this.#memory.delete(key);
      else this.#memory.set(key, value);
    }
  }

  async drop(key) {
    await this.#write((store) => store.delete(this.#whose + key));
    this.#memory.delete(key);
  }

  /** Lets what lies under one key lie under another, all at once; gives it, where it was there. */
  async move(from, to) {
    const db = await this.#ready;
    if (from === to) return this.get(from);
    if (!db || this.#memory.has(from)) {
      const value = this.#memory.get(from);
      this.#memory.delete(from);
      if (value !== undefined) this.#memory.set(to, value);
      return value;
    }
    const store = db.transaction(STORE, "readwrite").objectStore(STORE);
    const value = await done(store.get(this.#whose + from));
    if (value === undefined) return undefined;
    store.put(value, this.#whose + to);
    store.delete(this.#whose + from);
    return value;
  }

  /** Everything whose key begins so, in the order of the keys. */
  async all(prefix) {
    return [...(await this.entries(prefix)).values()];
  }

  /** The same, each with its key. */
  async entries(prefix) {
    const db = await this.#ready;
    const remembered = [...this.#memory].filter(([key]) => key.startsWith(prefix));
    if (!db) return new Map(remembered);
    const range = this.#range(prefix);
    const store = db.transaction(STORE).objectStore(STORE);
    const both = [done(store.getAllKeys(range)), done(store.getAll(range))];
    const [keys, values] = await Promise.all(both);
    const stored = keys.map((key, n) => [key.slice(this.#whose.length), values[n]]);
    return new Map([...stored, ...remembered]);
  }

  async dropAll(prefix) {
    await this.#write((store) => store.delete(this.#range(prefix)));
    for (const key of [...this.#memory.keys()]) {
      if (key.startsWith(prefix)) this.#memory.delete(key);
    }
  }

  /** Whether it is written. In a full or a private browser it isn't, and is remembered for as long as
   * the page is open: better than not at all. */
  async #write(change) {
    const db = await this.#ready;
    if (!db) return false;
    try {
      const transaction = db.transaction(STORE, "readwrite");
      const written = committed(transaction);
      change(transaction.objectStore(STORE));
      // At once: what a page that closes has not handed over is lost.
      transaction.commit?.();
      await written;
      return true;
    } catch {
      this.#tellUnkept();
      return false;
    }
  }

  #tellUnkept() {
    this.lasts = false;
    this.dispatchEvent(new Event("unkept"));
  }

  #range(prefix) {
    return IDBKeyRange.bound(this.#whose + prefix, this.#whose + prefix + LAST);
  }

  async #open() {
    const request = indexedDB.open(NAME, 1);
    request.onupgradeneeded = () => request.result.createObjectStore(STORE);
    const db = await done(request);
    const store = db.transaction(STORE, "readwrite").objectStore(STORE);
    store.delete(IDBKeyRange.upperBound(this.#whose, true));
    await done(store.delete(IDBKeyRange.lowerBound(this.#whose + LAST, true)));
    return db;
  }
}

/** That a request was done says nothing of whether there is room for what it wrote. */
function committed(transaction) {
  return new Promise((resolve, reject) => {
    transaction.oncomplete = resolve;
    transaction.onabort = () => reject(transaction.error);
  });
}

function done(request) {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
}
