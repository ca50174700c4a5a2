// Who may write now, of what is told live: the same as in chat/keeping/writing.py, in its order.

/** The name of what keeps a member of this role from writing now; "" for nothing. */
export function whatForbids({ role, muted, floor, piece, paused, hours, attended }) {
  const facilitates = role === "facilitator";
  if (muted && !facilitates) return "muted";
  const forbids = whatFloorForbids({ role, floor, piece });
  if (forbids || facilitates) return forbids;
  if (paused) return "paused";
  if (hours === "reading" && !hasTurn({ floor, piece })) return "reading";
  return hours === "attended" && !attended ? "unattended" : "";
}

/** The same of a session alone: whose turn it is not, has nothing to write in on its page. */
export function whatFloorForbids({ role, floor, piece }) {
  if (hasTurn({ floor, piece })) return "";
  if (role === "listener") return "listening";
  if (floor === "holder") return "turn";
  return floor === "facilitators" && role !== "facilitator" ? "gathering" : "";
}

function hasTurn({ floor, piece }) {
  return floor === "holder" && piece;
}
