// What is quoted: whom, and where it stands. The words are never kept with it; they are drawn from
// the message in the log, so that what leaves the room is quoted no more.

import { cut, say } from "../words/sayings.js";
import { excerpt } from "./characters.js";

const LONGEST = 80;

/** Of the message that is answered, what may be kept. */
export function quoteOf(entry, company) {
  const { id, member } = entry.dataset;
  const dye = [...entry.querySelector(".swatch").classList].find((one) => one.startsWith("a-"));
  const name = company.people.get(member)?.name ?? entry.querySelector(".who").textContent;
  return { id, member, name, dye };
}

/** Without a log, only the name is drawn. */
export function quoted({ id, name, dye }, log) {
  const quote = cut("part-quote");
  if (dye) quote.classList.add(dye);
  const [who, what] = quote.querySelectorAll("bdi");
  who.textContent = name;
  quote.querySelector("a").href = `#m-${id}`;
  if (log) {
    quote.dataset.of = id;
    what.textContent = excerptOf(log.entry(id));
  }
  return quote;
}

/** The log is not what it was: what this page quotes by itself is drawn anew. */
export function requote(room) {
  for (const quote of room.querySelectorAll(".quote[data-of]")) {
    const [, what] = quote.querySelectorAll("bdi");
    what.textContent = excerptOf(room.log.entry(quote.dataset.of));
  }
  room.composer?.answering.look();
}

/** What became of a message that is answered, where it can be answered no more; else "". */
export function becameOf({ id, name }, log) {
  const entry = log.entry(id);
  const gone = {
    taken_back: () => say(entry.matches(".mine") ? "gone.taken-back" : "answered.taken-back", { name }),
    set_aside: () => entry.querySelector(".gone-line").textContent,
  }[entry?.dataset.state];
  return gone ? `${gone()} ${say("answered.alone")}` : "";
}

/** What its author put behind a content note stays behind it. */
function excerptOf(entry) {
  if (entry?.dataset.state !== "posted" || entry.querySelector(".veil")) return "…";
  const words = [...entry.querySelectorAll(".body > *")].map(({ innerText }) => innerText);
  return excerpt(words.join(" "), LONGEST);
}
