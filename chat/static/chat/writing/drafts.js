// What is being written, on this device: a draft for each tab of the circle, and for each message
// that its author is changing what they have made of it.

import { nameOfTab, openTabs } from "./tab.js";

export class Drafts {
  #keep;
  #tabs;
  #changes;
  #own;

  constructor(keep, circle) {
    this.#keep = keep;
    this.#tabs = `draft:${circle}:tab:`;
    this.#changes = `draft:${circle}:change:`;
    this.#own = nameOfTab().then((name) => this.#tabs + name);
  }

  /** Where this tab's draft lies; where it has none, the newest whose tab has been closed. */
  async find() {
    const own = await this.#own;
    const kept = await this.#keep.entries(this.#tabs);
    if (kept.has(own)) return own;
    const open = await openTabs();
    const left = [...kept].filter(([key]) => !open.has(key.slice(this.#tabs.length)));
    left.sort(([, a], [, b]) => b.at - a.at);
    return left[0]?.[0];
  }

  /** Makes it this tab's own, so that no other takes it up as well. */
  async take(key) {
    return this.#keep.move(key, await this.#own);
  }

  /** This tab has other words in hand: its draft is left for when it has none. */
  async leave() {
    await this.#keep.move(await this.#own, this.#tabs + crypto.randomUUID());
  }

  /** `change` is what they have made of the message that is changed, where one is. */
  async put(draft, change) {
    const own = await this.#own;
    await this.#keep.putAll({
      ...(change && { [this.#changes + draft.changing]: change }),
      [own]: { ...draft, at: Date.now() },
    });
  }

  async drop() {
    await this.#keep.drop(await this.#own);
  }

  changeOf(message) {
    return this.#keep.get(this.#changes + message);
  }

  dropChange(message) {
    return this.#keep.drop(this.#changes + message);
  }

  /** The message is gone: what was made of it is of no use, but where a tab still has it in hand. */
  async forgetChange(message) {
    const kept = await this.#keep.all(this.#tabs);
    if (!kept.some(({ changing }) => changing === message)) await this.dropChange(message);
  }
}
