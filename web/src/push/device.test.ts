import { beforeEach, describe, expect, it, vi } from "vitest";
import type { ApiClient } from "@/api/client";
import { keyBytes, pushState, renewPush, turnOff, turnOn } from "./device";

const KEY = "AQID_-8";
const put = vi.fn(async () => undefined);
const drop = vi.fn(async () => undefined);
let offered: string | null = KEY;
let subscription: object | null = null;

const api = {
  get: async () => ({ services: [], public_key: offered }),
  put,
  delete: drop,
} as unknown as ApiClient;

const fresh = () => ({
  options: { applicationServerKey: keyBytes(KEY).buffer },
  unsubscribe: async () => {
    subscription = null;
    return true;
  },
  toJSON: () => ({ endpoint: "https://push.example/1", keys: { p256dh: "p", auth: "a" } }),
});

function allow(permission: NotificationPermission) {
  vi.stubGlobal("Notification", { permission, requestPermission: async () => permission });
}

beforeEach(() => {
  put.mockClear();
  drop.mockClear();
  offered = KEY;
  subscription = null;
  const pushManager = {
    getSubscription: async () => subscription,
    subscribe: async () => (subscription = fresh()),
  };
  const registration = { pushManager };
  Object.defineProperty(navigator, "serviceWorker", {
    configurable: true,
    value: { ready: Promise.resolve(registration), getRegistration: async () => registration },
  });
  vi.stubGlobal("isSecureContext", true);
  vi.stubGlobal("PushManager", vi.fn());
  allow("granted");
});

describe("push on this device", () => {
  it("is off until its owner turns it on, and then the server knows the device", async () => {
    expect(await pushState(api, "7")).toBe("off");
    expect(await turnOn(api, "7")).toBe("on");
    expect(put).toHaveBeenCalledWith("/notifications/push/device", {
      service: "web",
      address: "https://push.example/1",
      public_key: "p",
      secret: "a",
    });
    expect(await pushState(api, "7")).toBe("on");
  });

  it("belongs to one account", async () => {
    await turnOn(api, "7");
    expect(await pushState(api, "8")).toBe("off");
    put.mockClear();
    await renewPush(api, "8");
    expect(put).not.toHaveBeenCalled();
    await renewPush(api, "7");
    expect(put).toHaveBeenCalledTimes(1);
  });

  it("is turned off on the server and in the browser", async () => {
    await turnOn(api, "7");
    expect(await turnOff(api)).toBe("off");
    expect(drop).toHaveBeenCalledWith("/notifications/push/device");
    expect(subscription).toBeNull();
    expect(await pushState(api, "7")).toBe("off");
  });

  it("says why it cannot be had", async () => {
    allow("denied");
    expect(await pushState(api, "7")).toBe("denied");
    expect(await turnOn(api, "7")).toBe("denied");
    offered = null;
    expect(await pushState(api, "7")).toBe("unoffered");
    vi.stubGlobal("isSecureContext", false);
    expect(await pushState(api, "7")).toBe("insecure");
  });

  it("reads keys in URL-safe base64", () => {
    expect([...keyBytes(KEY)]).toEqual([1, 2, 3, 255, 239]);
  });
});
