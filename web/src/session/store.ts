import { callWithoutToken, type TokenSource } from "@/api/client";
import { ApiProblem } from "@/api/problem";
import type { AuthAnswer, Credentials, Me, Registration } from "@/api/types";
import { withTabLock } from "./lock";

const HINT_KEY = "chirrup.session";
const CHANNEL = "chirrup-session";
const LOCK = "refresh";

/**
 * - `restoring`: a session may exist; the server is being asked
 * - `unreachable`: a session may exist, but the server could not be asked
 * - `expired`: the session ended while its owner was at work; what they typed is still there
 */
export type SessionState =
  | { status: "restoring" | "unreachable" | "visitor"; user: null }
  | { status: "member" | "expired"; user: Me };

type TabMessage =
  | { type: "token"; user: Me; token: string }
  | { type: "user"; user: Me }
  | { type: "ended" }
  | { type: "expired" };

const VISITOR: SessionState = { status: "visitor", user: null };

/** Who is signed in. The access token lives in memory only; the refresh token is a cookie that scripts cannot read. */
export class SessionStore implements TokenSource {
  #state: SessionState = { status: "restoring", user: null };
  #token: string | null = null;
  #refreshing: Promise<string | null> | null = null;
  readonly #listeners = new Set<() => void>();
  readonly #channel = new BroadcastChannel(CHANNEL);

  constructor(boot: AuthAnswer | null) {
    this.#channel.onmessage = (event: MessageEvent<TabMessage>) => this.#hear(event.data);
    if (boot !== null) this.#begin(boot);
    else if (localStorage.getItem(HINT_KEY) === null) this.#state = VISITOR;
    else void this.restore();
  }

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  readonly state = (): SessionState => this.#state;

  accessToken(): string | null {
    return this.#token;
  }

  /** Asks for the session that the cookie stands for. */
  async restore(): Promise<void> {
    this.#set({ status: "restoring", user: null });
    try {
      await this.refresh(null);
    } catch {
      if (this.#state.status === "restoring") this.#set({ status: "unreachable", user: null });
    }
  }

  refresh(stale: string | null): Promise<string | null> {
    if (this.#token !== stale) return Promise.resolve(this.#token);
    this.#refreshing ??= this.#refreshOnce(stale).finally(() => {
      this.#refreshing = null;
    });
    return this.#refreshing;
  }

  async login(credentials: Credentials): Promise<void> {
    this.#start(await callWithoutToken<AuthAnswer>("/auth/login", { ...credentials, use_cookie: true }));
  }

  async register(registration: Registration): Promise<void> {
    this.#start(await callWithoutToken<AuthAnswer>("/auth/register", { ...registration, use_cookie: true }));
  }

  /** Forgets the session here and in all other tabs at once, and tells the server. */
  async logout(): Promise<void> {
    await withTabLock(LOCK, () => callWithoutToken<undefined>("/auth/logout", {})).catch((error: unknown) => {
      if (!(error instanceof ApiProblem) || error.kind !== "http") throw error;
    });
    this.forget();
  }

  /** Ends the session in all tabs without asking the server, which has ended it already. */
  forget(): void {
    this.#end();
    this.#tell({ type: "ended" });
  }

  updateUser(user: Me): void {
    if (this.#state.user === null) return;
    this.#set({ status: this.#state.status, user });
    this.#tell({ type: "user", user });
  }

  /** Stops listening to the other tabs. */
  close(): void {
    this.#channel.close();
  }

  #refreshOnce(stale: string | null): Promise<string | null> {
    return withTabLock(LOCK, async () => {
      // Another tab may have refreshed while this one waited for its turn.
      if (this.#token !== stale) return this.#token;
      try {
        this.#start(await callWithoutToken<AuthAnswer>("/auth/refresh", {}));
      } catch (error) {
        if (!(error instanceof ApiProblem) || error.isTemporary) throw error;
        this.#expire();
        this.#tell({ type: "expired" });
      }
      return this.#token;
    });
  }

  #start(answer: AuthAnswer): void {
    this.#begin(answer);
    this.#tell({ type: "token", user: answer.user, token: answer.access_token });
  }

  #begin(answer: AuthAnswer): void {
    this.#token = answer.access_token;
    localStorage.setItem(HINT_KEY, "1");
    this.#set({ status: "member", user: answer.user });
  }

  #end(): void {
    this.#token = null;
    localStorage.removeItem(HINT_KEY);
    this.#set(VISITOR);
  }

  #expire(): void {
    const { user } = this.#state;
    this.#token = null;
    localStorage.removeItem(HINT_KEY);
    this.#set(user === null ? VISITOR : { status: "expired", user });
  }

  #hear(message: TabMessage): void {
    switch (message.type) {
      case "token":
        this.#token = message.token;
        this.#set({ status: "member", user: message.user });
        break;
      case "user":
        if (this.#state.status === "member") this.#set({ status: "member", user: message.user });
        break;
      case "ended":
        this.#end();
        break;
      case "expired":
        if (this.#state.status === "member") this.#expire();
        break;
    }
  }

  #tell(message: TabMessage): void {
    this.#channel.postMessage(message);
  }

  #set(state: SessionState): void {
    this.#state = state;
    for (const listener of this.#listeners) listener();
  }
}
