// What a facilitator does about a message or its author: asked for a reason where one is needed,
// and with a way back for a while where there is one.

import { say } from "../words/sayings.js";
import { ask } from "./ask.js";

const ABOUT_MESSAGE = ["let_through", "put_back", "ask_to_change", "set_aside"];
const ABOUT_MEMBER = ["hold", "unhold", "mute", "unmute", "remove"];

export const FACILITATING = new Set([...ABOUT_MESSAGE, ...ABOUT_MEMBER]);

/** `of` is the data of an entry, or of a person's row: `id` is the message, `member` its author and
 * `state` how it stands. */
export async function facilitate(room, verb, { id, member, state }) {
  const whom = ABOUT_MESSAGE.includes(verb) ? { message: id } : { member };
  // Said before and after: whoever meant another sees it in time.
  const { name } = room.company.people.get(member) ?? {};
  let answer = {};
  if (room.asksWhy.includes(verb)) {
    answer = await ask(verb, { name, state });
    if (!answer) return;
  }
  const { why, until } = answer;
  const done = await room.act({ do: verb, ...whom, ...(why && { why }), ...(until && { until }) });
  if (!done) return;
  const words = say(`done.${verb}-${whom.member ? "one" : "message"}`, { name });
  const undo = room.waysBack[verb];
  const back = undo && (() => room.act({ do: undo, ...whom }));
  // What everyone may have read can't be unread. It can be set aside.
  const aside = verb === "let_through" && (() => facilitate(room, "set_aside", { id, member }));
  room.bars.done(words, back || aside, say(aside ? "done.aside" : "done.back"));
}
