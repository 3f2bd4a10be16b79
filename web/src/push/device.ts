import type { ApiClient } from "@/api/client";
import type { Id, PushServices } from "@/api/types";
import { activeWorker, canHaveWorker } from "@/offline/registration";

/**
 * - `insecure`, `install`, `unsupported`: this browser cannot, and why
 * - `unoffered`: the server does not push to browsers
 * - `denied`: the reader has forbidden it in the browser
 */
export type PushState = "insecure" | "install" | "unsupported" | "unoffered" | "denied" | "off" | "on";

const KEY = "chirrup.push";
const DEVICE = "/notifications/push/device";

/** How it is on this device for this account. */
export async function pushState(api: ApiClient, accountId: Id, signal?: AbortSignal): Promise<PushState> {
  if (!window.isSecureContext) return "insecure";
  if (!canHaveWorker() || !("PushManager" in window) || !("Notification" in window)) {
    return isUninstalledOnApple() ? "install" : "unsupported";
  }
  const { public_key } = await api.get<PushServices>("/notifications/push", { signal });
  if (public_key === null) return "unoffered";
  if (Notification.permission === "denied") return "denied";
  const subscription = await currentSubscription();
  return subscription && Notification.permission === "granted" && wantedBy() === accountId ? "on" : "off";
}

/** Asks the reader, the browser and the server, in this order. */
export async function turnOn(api: ApiClient, accountId: Id): Promise<PushState> {
  if ((await Notification.requestPermission()) !== "granted") {
    return Notification.permission === "denied" ? "denied" : "off";
  }
  const { public_key } = await api.get<PushServices>("/notifications/push");
  if (public_key === null) return "unoffered";
  const worker = await activeWorker();
  if (worker === null) return "unsupported";
  const subscription = await subscribe(worker.pushManager, keyBytes(public_key));
  await tell(api, subscription);
  localStorage.setItem(KEY, accountId);
  return "on";
}

export async function turnOff(api: ApiClient): Promise<PushState> {
  await api.delete(DEVICE);
  localStorage.removeItem(KEY);
  await (await currentSubscription())?.unsubscribe();
  return "off";
}

/** Names this device to the session that has just begun, if its owner has wanted that. */
export async function renewPush(api: ApiClient, accountId: Id): Promise<void> {
  if (wantedBy() !== accountId || !canHaveWorker()) return;
  try {
    const subscription = await currentSubscription();
    if (subscription && Notification.permission === "granted") await tell(api, subscription);
  } catch {
    // The next page tries again; the settings show how it is.
  }
}

function wantedBy(): string | null {
  return localStorage.getItem(KEY);
}

async function currentSubscription(): Promise<PushSubscription | null> {
  const registration = await navigator.serviceWorker.getRegistration();
  return (await registration?.pushManager.getSubscription()) ?? null;
}

/** A subscription for another key than the server's is of no use; it gives way. */
async function subscribe(manager: PushManager, applicationServerKey: Uint8Array<ArrayBuffer>): Promise<PushSubscription> {
  const options = { userVisibleOnly: true, applicationServerKey };
  const before = await manager.getSubscription();
  const key = before?.options.applicationServerKey;
  if (before && key && sameBytes(new Uint8Array(key), applicationServerKey)) return before;
  await before?.unsubscribe();
  return manager.subscribe(options);
}

async function tell(api: ApiClient, subscription: PushSubscription): Promise<void> {
  const { endpoint, keys } = subscription.toJSON();
  await api.put(DEVICE, { service: "web", address: endpoint, public_key: keys?.["p256dh"], secret: keys?.["auth"] });
}

/** A key in URL-safe base64, as the server tells it, as the bytes that browsers want. */
export function keyBytes(key: string): Uint8Array<ArrayBuffer> {
  const binary = atob(key.replaceAll("-", "+").replaceAll("_", "/"));
  return Uint8Array.from(binary, (letter) => letter.charCodeAt(0));
}

function sameBytes(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, at) => byte === b[at]);
}

/** There only apps on the home screen are pushed to. */
function isUninstalledOnApple(): boolean {
  return /iPhone|iPad/.test(navigator.userAgent) && !window.matchMedia("(display-mode: standalone)").matches;
}
