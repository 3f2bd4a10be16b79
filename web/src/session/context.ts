import { createContext, use, useSyncExternalStore } from "react";
import type { Me } from "@/api/types";
import type { SessionState, SessionStore } from "./store";

export const SessionContext = createContext<SessionStore | null>(null);

export function useSessionStore(): SessionStore {
  const store = use(SessionContext);
  if (store === null) throw new Error("useSessionStore needs a SessionContext above it");
  return store;
}

export function useSession(): SessionState {
  const store = useSessionStore();
  return useSyncExternalStore(store.subscribe, store.state);
}

/** The signed-in person, or null for a visitor. */
export function useMe(): Me | null {
  return useSession().user;
}
