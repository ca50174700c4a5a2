// Characters as people see them: a family of emoji is one, a letter with its accents is one.

import { sayCount } from "./sayings.js";

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

/** Lets the field grow with its words, and says near the limit how many more it takes. */
export function measure(form, limit) {
  const text = form.elements.body;
  if (!CSS.supports("field-sizing", "content")) {
    text.style.blockSize = "auto";
    text.style.blockSize = `${text.scrollHeight}px`;
  }
  const left = limit - characters(text.value.trim(), limit - NEARLY);
  const place = form.querySelector("[data-left]");
  place.hidden = left > NEARLY;
  place.textContent = left < 0 ? sayCount("over", -left) : sayCount("left", left);
}
