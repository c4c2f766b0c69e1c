// The service worker: what was fetched once is available offline. Online the
// page's own files are fetched anew, so that a new version is seen; weights
// and banks are large, have their hash in their address, and are not fetched again.

const CACHE = "earshot-live-1";
const KEPT = /\.(safetensors|bank)\?/;

self.addEventListener("install", () => self.skipWaiting());
self.addEventListener("activate", (event) => event.waitUntil(self.clients.claim()));

async function answer(request) {
  const cache = await caches.open(CACHE);
  const kept = await cache.match(request);
  if (kept && KEPT.test(request.url)) return kept;
  try {
    const fresh = await fetch(request, { cache: "no-cache" });
    if (fresh.ok) await cache.put(request, fresh.clone());
    return fresh;
  } catch (error) {
    if (kept) return kept;
    throw error;
  }
}

self.addEventListener("fetch", (event) => {
  const isOurs =
    new URL(event.request.url).origin === location.origin &&
    event.request.url.startsWith(self.registration.scope);
  if (event.request.method === "GET" && isOurs) event.respondWith(answer(event.request));
});
