// What the script says and the markup it draws: both stand in the page, where they are translated.

const sayings = new Map();

/** The sentence called `name`, with {n}, {name} and the like filled in. */
export function say(name, values = {}) {
  if (!sayings.size) {
    const all = document.getElementById("sayings").content.querySelectorAll("[data-saying]");
    for (const one of all) sayings.set(one.dataset.saying, one.textContent);
  }
  const text = sayings.get(name) ?? "";
  return text.replace(/\{(\w+)\}/g, (whole, key) => values[key] ?? whole);
}

/** The form of a sentence that goes with a number: `.zero`, `.one`, `.other`. */
export function sayCount(name, n, values = {}) {
  const form = new Intl.PluralRules(document.documentElement.lang).select(n);
  const found = [n === 0 ? `${name}.zero` : "", `${name}.${form}`, `${name}.other`];
  return say(found.find((one) => one && say(one)), { n: figure(n), ...values });
}

/** `sayCount`, with numbers up to twelve as people write them; {N} begins a sentence. */
export function sayInWords(name, n) {
  const words = say("numbers").split(" ")[n - 1] ?? figure(n);
  const first = words.charAt(0).toLocaleUpperCase(document.documentElement.lang);
  return sayCount(name, n, { n: words, N: first + words.slice(1) });
}

export function figure(n) {
  return new Intl.NumberFormat(document.documentElement.lang).format(n);
}

/** A fresh copy of what the <template> holds. */
export function cut(id) {
  return document.getElementById(id).content.firstElementChild.cloneNode(true);
}

/** All of the <template>, where it holds more than one element. */
export function cutAll(id) {
  return document.getElementById(id).content.cloneNode(true);
}

/** An entry, or a part of one, from the markup that a frame carries. */
export function entryFrom(html) {
  const template = document.createElement("template");
  template.innerHTML = html;
  return template.content.firstElementChild;
}
