// A message as its author sees it before the house has drawn it.

import { cut } from "../words/sayings.js";
import { quoted } from "./quote.js";

/** Mirrors the entry that will take its place, so that nothing moves when it does. */
export function drawDraft(item, room) {
  const element = cut("part-draft");
  element.dataset.at = new Date(item.at).toISOString();
  element.querySelector("time").dateTime = element.dataset.at;
  const words = item.note ? veiled(item) : paragraphs(item.body);
  element.querySelector(".body").append(...[words].flat());
  if (item.quote) element.querySelector(".body").before(quoted(item.quote, room.log));
  room.dress.entry(element);
  return element;
}

function veiled({ body, note }) {
  const veil = cut("part-veil");
  veil.querySelector(".note").textContent = note;
  veil.querySelector("div").append(...paragraphs(body));
  return veil;
}

function paragraphs(body) {
  return body
    .trim()
    .split(/\n{2,}/)
    .map((text) => {
      const paragraph = document.createElement("p");
      paragraph.dir = "auto";
      text.split("\n").forEach((line, n) => {
        if (n) paragraph.append(document.createElement("br"));
        paragraph.append(line);
      });
      return paragraph;
    });
}
