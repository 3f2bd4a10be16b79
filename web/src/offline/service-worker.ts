/// <reference lib="webworker" />
import { isOwnPath, type OpenMessage } from "./messages";

declare const self: ServiceWorkerGlobalScope;

/** The files of this version, which the build puts here: all named by their content, but the page for lost connections. */
declare const FILES: readonly string[];
declare const VERSION: string;

const PREFIX = "chirrup-";
const CACHE = `${PREFIX}${VERSION}`;
const OFFLINE_PAGE = "/offline.html";
const ASSETS = "/assets/";
const ICON = "/icons/icon-192.png";
const BADGE = "/icons/badge-96.png";

interface PushedMessage {
  id: string;
  title: string;
  body: string;
  path: string;
}

// A new version waits until no page of the old one is open, so that these still find their files.
self.addEventListener("install", (event) => {
  event.waitUntil(caches.open(CACHE).then((cache) => cache.addAll([...FILES])));
});

self.addEventListener("activate", (event) => {
  event.waitUntil(Promise.all([dropOldVersions(), self.registration.navigationPreload?.enable(), self.clients.claim()]));
});

self.addEventListener("fetch", (event) => {
  const { request } = event;
  const url = new URL(request.url);
  if (request.method !== "GET" || url.origin !== self.location.origin) return;
  // Documents always come from the server: a stale one could ask for files that are there no more.
  if (request.mode === "navigate") event.respondWith(newestDocument(event));
  else if (url.pathname.startsWith(ASSETS)) event.respondWith(keptFile(request));
});

async function dropOldVersions(): Promise<void> {
  const names = await caches.keys();
  await Promise.all(names.filter((name) => name.startsWith(PREFIX) && name !== CACHE).map((name) => caches.delete(name)));
}

async function newestDocument(event: FetchEvent): Promise<Response> {
  try {
    const preloaded = (await event.preloadResponse) as Response | undefined;
    return preloaded ?? (await fetch(event.request));
  } catch {
    return (await caches.match(OFFLINE_PAGE)) ?? Response.error();
  }
}

/** A file's name says what is in it, so that a kept one is never wrong. */
async function keptFile(request: Request): Promise<Response> {
  return (await caches.match(request)) ?? fetch(request);
}

self.addEventListener("push", (event) => {
  const message = readMessage(event.data);
  if (message === null) return;
  event.waitUntil(
    self.registration.showNotification(message.title, {
      body: message.body,
      // A later one about the same takes the place of the earlier.
      tag: message.id,
      icon: ICON,
      badge: BADGE,
      data: { path: message.path },
    }),
  );
});

self.addEventListener("notificationclick", (event) => {
  event.notification.close();
  const path: unknown = (event.notification.data as { path?: unknown } | null)?.path;
  event.waitUntil(openPath(isOwnPath(path) ? path : "/"));
});

/** In a page that is open, or else in a new one. */
async function openPath(path: string): Promise<void> {
  const pages = await self.clients.matchAll({ type: "window" });
  const page = pages.find(({ focused }) => focused) ?? pages[0];
  if (!page) {
    await self.clients.openWindow(path);
    return;
  }
  await page.focus();
  page.postMessage({ type: "open", path } satisfies OpenMessage);
}

function readMessage(data: PushMessageData | null): PushedMessage | null {
  try {
    const message = data?.json() as Partial<PushedMessage> | null | undefined;
    if (typeof message?.title !== "string" || typeof message.id !== "string") return null;
    return { id: message.id, title: message.title, body: message.body ?? "", path: message.path ?? "/" };
  } catch {
    return null;
  }
}
