const LEASE_MS = 20_000;
const SETTLE_MS = 40;

const pause = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms));

/**
 * Runs `work` in one tab at a time. Browsers offer Web Locks only in secure contexts; an instance
 * reached over plain HTTP in a home network falls back to a lease in localStorage.
 */
export async function withTabLock<T>(name: string, work: () => Promise<T>): Promise<T> {
  if ("locks" in navigator) return navigator.locks.request(name, work);
  const release = await acquireLease(`chirrup.lock.${name}`);
  try {
    return await work();
  } finally {
    release();
  }
}

async function acquireLease(key: string): Promise<() => void> {
  const owner = String(Math.random());
  for (;;) {
    const until = Number(localStorage.getItem(key)?.split(" ")[0] ?? 0);
    if (until < Date.now()) {
      const mine = `${Date.now() + LEASE_MS} ${owner}`;
      localStorage.setItem(key, mine);
      // Two tabs may write at the same moment; after a pause only the last one still finds its own lease.
      await pause(SETTLE_MS);
      if (localStorage.getItem(key) === mine) return () => localStorage.removeItem(key);
    }
    await pause(SETTLE_MS);
  }
}
