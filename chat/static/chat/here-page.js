// On a facilitator's page without a line: it, too, says that they are here.

import { keepHere } from "./standing/here.js";

for (const place of document.querySelectorAll("[data-says-here]")) {
  const { saysHere: room, lease } = place.dataset;
  const token = place.querySelector("[name=csrfmiddlewaretoken]").value;
  keepHere({ here: `${room}here/`, away: `${room}away/`, token, seconds: Number(lease) });
}
