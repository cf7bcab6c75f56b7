import { PAGE_HEADERS } from "../lib/cli/web_headers.ts";

/**
 * Keeps the page's own files so that it works without a network, and adds the headers that let its workers share memory
 * and keep them from other addresses, for servers that cannot. It asks no other address for anything itself.
 */

/** Written in by the build. */
declare const VERSION: string;
declare const FILES: readonly string[];

/** The parts of a service worker's scope that are used here; pages have another. */
interface Scope {
  readonly registration: { readonly scope: string };
  readonly clients: { claim(): Promise<void> };
  skipWaiting(): Promise<void>;
  addEventListener(
    type: "install" | "activate",
    listener: (event: { waitUntil(work: Promise<unknown>): void }) => void,
  ): void;
  addEventListener(type: "fetch", listener: (event: FetchEvent) => void): void;
}
interface FetchEvent {
  readonly request: Request;
  respondWith(response: Promise<Response>): void;
}

const scope = globalThis as unknown as Scope;
const CACHE = `kcellfm ${VERSION}`;

scope.addEventListener("install", (event) => event.waitUntil(scope.skipWaiting()));
scope.addEventListener("activate", (event) => event.waitUntil(takeOver()));
scope.addEventListener("fetch", (event) => {
  const { request } = event;
  if (request.method === "GET" && request.url.startsWith(scope.registration.scope)) {
    event.respondWith(answer(request));
  }
});

/** Forgets the files of older versions, serves the pages that are open, then fetches what they may need later. */
async function takeOver(): Promise<void> {
  for (const name of await caches.keys()) {
    if (name.startsWith("kcellfm ") && name !== CACHE) await caches.delete(name);
  }
  await scope.clients.claim();
  const cache = await caches.open(CACHE);
  await Promise.all(["./", ...FILES].map(async (name) => {
    const address = new URL(name, scope.registration.scope).href;
    if (await cache.match(address)) return;
    const response = await fetch(address).catch(() => null);
    if (response?.ok) await cache.put(address, response);
  }));
}

/** The file that was kept; pages are asked for anew where there is a network, so that a new version is seen. */
async function answer(request: Request): Promise<Response> {
  const cache = await caches.open(CACHE);
  const address = request.url.split("?")[0];
  if (request.mode === "navigate") {
    const fresh = await fetch(request).catch(() => null);
    if (fresh?.ok) await cache.put(address, fresh.clone());
    return guarded(fresh ?? await cache.match(address) ?? Response.error());
  }
  const kept = await cache.match(address);
  if (kept) return guarded(kept);
  const response = await fetch(request);
  if (response.ok) await cache.put(address, response.clone());
  return guarded(response);
}

function guarded(response: Response): Response {
  if (response.status === 0) return response;
  const headers = new Headers(response.headers);
  for (const [name, value] of Object.entries(PAGE_HEADERS)) headers.set(name, value);
  return new Response(response.body, { status: response.status, statusText: response.statusText, headers });
}
