// Characters as people see them: a family of emoji is one, a letter with its accents is one.

const segmenter = globalThis.Intl?.Segmenter && new Intl.Segmenter(undefined, { granularity: "grapheme" });

/** How many; a text shorter than `exactFrom` isn't worth counting, and its length is enough. */
export function characters(text, exactFrom = 0) {
  if (text.length <= exactFrom) return text.length;
  if (!segmenter) return [...text].length;
  let n = 0;
  for (const _ of segmenter.segment(text)) n += 1;
  return n;
}
