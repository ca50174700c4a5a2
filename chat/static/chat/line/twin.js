// The house by HTTP, for as long as no socket can be had: what happened, and what was written.

import { isAnothers, reach } from "./reach.js";
import { Refused } from "./refused.js";

const TOO_MANY = 429;

// The tab asks no more before then: whoever reads here asked for a lot, in whichever tab.
let mayAskAt = 0;

/** Brings the room up to where its log stands. Asked to wait, it stays where it is: what is missing
 * comes with the next look, or with the socket. */
export async function look(room) {
  while (performance.now() >= mayAskAt) {
    const address = `${room.dataset.events}?since=${room.since}&newest=${room.newest ?? ""}`;
    const response = await reach(address, { headers: { Accept: "application/json" } });
    if (isAnothers(response, room.person)) return room.anothers();
    if (response.status === TOO_MANY) {
      mayAskAt = performance.now() + (await response.json()).again_in * 1000;
      return undefined;
    }
    if (!response.ok || response.redirected) return undefined;
    const { after, upto, head, events, sight, reload } = await response.json();
    if (!(await room.sees({ sight, reload }))) return undefined;
    room.hear({ is: "events", after, upto, events });
    // A stretch may hold nothing for this reader, and what follows it may.
    if (upto >= head || upto <= after) return undefined;
  }
  return undefined;
}

/** Posts one message; its ack. Throws Refused. */
export async function post(room, { id, body, note, reply_to }) {
  const token = room.querySelector("[name=csrfmiddlewaretoken]").value;
  const headers = { "Content-Type": "application/json", "X-CSRFToken": token };
  let answer;
  try {
    const fields = JSON.stringify({ id, body, note, reply_to });
    const response = await reach(room.dataset.post, { method: "POST", headers, body: fields });
    if (isAnothers(response, room.person)) room.anothers();
    answer = await response.json();
  } catch {
    throw new Refused({ code: "line" });
  }
  if (answer.is !== "ack") throw new Refused(answer);
  return answer;
}
