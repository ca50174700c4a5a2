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
