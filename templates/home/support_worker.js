// Keeps the support page on this device, so that it opens without a signal, and nothing else of
// the house: no other address is answered here, and the page is kept as a stranger sees it.

const KEPT = "support";
const PAGE = "/support/";
const ASSETS = "/static/";
const PATIENCE = 4000;

self.addEventListener("install", (event) => {
  event.waitUntil(keep().then(() => self.skipWaiting()));
});

self.addEventListener("activate", (event) => event.waitUntil(self.clients.claim()));

self.addEventListener("fetch", (event) => {
  const { request } = event;
  const { origin, pathname } = new URL(request.url);
  if (request.method !== "GET" || origin !== location.origin) return;
  if (request.mode === "navigate" && pathname === PAGE) event.respondWith(page(event));
  else if (pathname.startsWith(ASSETS)) event.respondWith(asset(request));
});

/** As it is now where the house can be reached in time, else as it was kept. */
async function page(event) {
  try {
    const patience = AbortSignal.timeout(PATIENCE);
    const response = await fetch(event.request, { signal: patience });
    if (response.status >= 500) throw new Error("the house is not well");
    event.waitUntil(keep().catch(() => undefined));
    return response;
  } catch {
    return (await kept(PAGE)) ?? Response.error();
  }
}

async function asset(request) {
  return (await kept(request.url)) ?? fetch(request);
}

async function kept(address) {
  const cache = await caches.open(KEPT);
  return cache.match(address);
}

async function keep() {
  // Without cookies: nobody's name or places are in what is kept.
  const response = await fetch(PAGE, { credentials: "omit", cache: "no-store" });
  if (!response.ok || response.redirected) throw new Error("not to be had");
  const cache = await caches.open(KEPT);
  const named = addresses(await response.clone().text(), /(?:href|src)="([^"#?]+)/g, PAGE);
  const drawn = await Promise.all([...named].map((one) => put(cache, one)));
  const wanted = new Set([...named, ...drawn.flat(), new URL(PAGE, location.origin).href]);
  await cache.put(PAGE, response);
  for (const old of await cache.keys()) if (!wanted.has(old.url)) await cache.delete(old);
}

/** Puts one in the cache, with the fonts and pictures that it asks for if it is a sheet. */
async function put(cache, address) {
  let response = await cache.match(address);
  if (!response) {
    response = await fetch(address, { credentials: "omit" });
    if (!response.ok) return [];
    await cache.put(address, response.clone());
  }
  if (!address.endsWith(".css")) return [];
  const asked = [...addresses(await response.text(), /url\(["']?([^"')#?]+)/g, address)];
  await Promise.all(asked.map((one) => put(cache, one)));
  return asked;
}

function addresses(text, pattern, base) {
  const found = [...text.matchAll(pattern)].map(([, address]) => resolved(address, base));
  const own = new URL(ASSETS, location.origin).href;
  return new Set(found.filter((address) => address?.startsWith(own)));
}

function resolved(address, base) {
  try {
    return new URL(address, new URL(base, location.origin)).href;
  } catch {
    return undefined;
  }
}
