const SCRIPT = "/service-worker.js";

export function canHaveWorker(): boolean {
  return window.isSecureContext && "serviceWorker" in navigator;
}

/** Has the browser keep the offline page and the program's files. */
export async function registerWorker(): Promise<void> {
  if (!canHaveWorker()) return;
  try {
    // Browsers look for a new worker with each navigation; its file is never taken from their cache.
    await navigator.serviceWorker.register(SCRIPT, { scope: "/", updateViaCache: "none" });
  } catch {
    // Everything but the offline page and push works without.
  }
}

/** The worker that is at work, as soon as there is one; null where there is none. */
export function activeWorker(): Promise<ServiceWorkerRegistration | null> {
  if (!canHaveWorker()) return Promise.resolve(null);
  const tooLong = new Promise<null>((resolve) => setTimeout(() => resolve(null), 10_000));
  return Promise.race([navigator.serviceWorker.ready, tooLong]);
}
