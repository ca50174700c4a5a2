/* Passkeys: forms marked data-passkey ask the device before they are sent.

   data-passkey="get" signs in or confirms, "create" adds one. The options come from the
   address in data-options, or stand in the page as JSON under the id it names. Without
   script, or where the browser has no passkeys, these forms stay hidden: the code remains. */

const bytes = (text) =>
  Uint8Array.from(atob(text.replaceAll("-", "+").replaceAll("_", "/")), (sign) => sign.charCodeAt(0));

const text = (buffer) =>
  btoa(String.fromCharCode(...new Uint8Array(buffer)))
    .replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");

const withBytes = (keys) => (keys ?? []).map((key) => ({ ...key, id: bytes(key.id) }));

function readable(options) {
  const read = { ...options, challenge: bytes(options.challenge) };
  if (options.user) read.user = { ...options.user, id: bytes(options.user.id) };
  if (options.allowCredentials) read.allowCredentials = withBytes(options.allowCredentials);
  if (options.excludeCredentials) read.excludeCredentials = withBytes(options.excludeCredentials);
  return read;
}

function told(credential) {
  const answer = credential.response;
  const response = { clientDataJSON: text(answer.clientDataJSON) };
  for (const part of ["attestationObject", "authenticatorData", "signature", "userHandle"]) {
    if (answer[part]) response[part] = text(answer[part]);
  }
  if (answer.getTransports) response.transports = answer.getTransports();
  return {
    id: credential.id,
    rawId: text(credential.rawId),
    type: credential.type,
    response,
    clientExtensionResults: credential.getClientExtensionResults(),
  };
}

async function options(form) {
  const source = form.dataset.options;
  if (!source.startsWith("/")) return JSON.parse(document.getElementById(source).textContent);
  const answer = await fetch(source, { headers: { Accept: "application/json" } });
  if (!answer.ok) throw new Error(String(answer.status));
  return answer.json();
}

async function ask(form) {
  if (form.dataset.passkey === "get") {
    const { publicKey } = (await options(form)).request_options;
    return navigator.credentials.get({ publicKey: readable(publicKey) });
  }
  const { publicKey } = (await options(form)).creation_options;
  const alone = form.elements.passwordless?.checked ?? false;
  publicKey.authenticatorSelection = {
    ...publicKey.authenticatorSelection,
    residentKey: alone ? "required" : "discouraged",
    requireResidentKey: alone,
    userVerification: alone ? "required" : publicKey.authenticatorSelection?.userVerification,
  };
  return navigator.credentials.create({ publicKey: readable(publicKey) });
}

async function confirm(event) {
  const form = event.currentTarget;
  event.preventDefault();
  const said = form.querySelector("[data-said]");
  said.hidden = true;
  try {
    form.elements.credential.value = JSON.stringify(told(await ask(form)));
    form.submit();
  } catch {
    said.hidden = false;
    said.focus();
  }
}

if (window.PublicKeyCredential) {
  for (const form of document.querySelectorAll("form[data-passkey]")) {
    form.hidden = false;
    form.addEventListener("submit", confirm);
  }
  for (const part of document.querySelectorAll("[data-with-passkeys]")) part.hidden = false;
  for (const part of document.querySelectorAll("[data-without-passkeys]")) part.hidden = true;
}
