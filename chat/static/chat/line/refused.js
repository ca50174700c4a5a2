// A plain no from the house, or from a line that broke.

/** Why something asked was not done; `code` is "line" where it may not have arrived. */
export class Refused extends Error {
  constructor({ code, say = "", again_in = 0 }) {
    super(code);
    this.code = code;
    this.say = say;
    this.againIn = again_in;
  }
}
