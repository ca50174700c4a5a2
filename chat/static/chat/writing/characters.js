// Characters as people see them: a family of emoji is one, a letter with its accents is one.

import { sayCount } from "../words/sayings.js";

const segmenter = Intl.Segmenter && new Intl.Segmenter(undefined, { granularity: "grapheme" });

/** How many; a text shorter than `exactFrom` isn't worth counting, and its length is enough. */
export function characters(text, exactFrom = 0) {
  if (text.length <= exactFrom) return text.length;
  if (!segmenter) return [...text].length;
  let n = 0;
  for (const _ of segmenter.segment(text)) n += 1;
  return n;
}

/** The beginning of a text on one line, as the house cuts it (`words.excerpt`). */
export function excerpt(text, length) {
  const line = text.trim().replace(/\s+/g, " ");
  if (line.length <= length) return line;
  // A character is rarely more than a few of these; what is longer need not be looked at.
  const start = line.slice(0, length * 8);
  const all = segmenter ? Array.from(segmenter.segment(start), ({ segment }) => segment) : [...start];
  return all.length <= length ? line : `${all.slice(0, length).join("").trimEnd()}…`;
}

const NEARLY = 200;
// What the house takes at once (chat/frames.py), less what goes with the words. Pictures that are
// drawn of several signs may come to that before they are too many.
const MOST_BYTES = 63 * 1024;
// No sign takes more, as it stands in a frame.
const BYTES_OF_A_SIGN = 6;

/** How many more characters a message takes, or takes of this kind; below 0, how many are too many. */
export function roomLeft(text, limit) {
  const n = characters(text, limit - NEARLY);
  if (text.length * BYTES_OF_A_SIGN < MOST_BYTES) return limit - n;
  const bytes = new TextEncoder().encode(JSON.stringify(text)).length;
  return Math.min(limit - n, Math.floor((MOST_BYTES - bytes) / (bytes / n)));
}

/** Lets the field grow with its words, and says near the limit how many more it takes. */
export function measure(form, limit) {
  const text = form.elements.body;
  if (!CSS.supports("field-sizing", "content")) {
    text.style.blockSize = "auto";
    text.style.blockSize = `${text.scrollHeight}px`;
  }
  const more = roomLeft(text.value.trim(), limit);
  const place = form.querySelector("[data-left]");
  place.hidden = more > NEARLY;
  place.textContent = more < 0 ? sayCount("over", -more) : sayCount("left", more);
}
