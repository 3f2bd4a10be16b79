/** What one switch (a like, a retweet) needs: how to show a state, how to send it, what to say when that failed. */
export interface Toggle {
  show: (on: boolean) => void;
  send: (on: boolean) => Promise<unknown>;
  onFailure: (error: unknown, wanted: boolean) => void;
}

interface Running {
  wanted: boolean;
}

/**
 * Switches that show at once and tell the server one thing at a time. However fast someone changes
 * their mind, only the last wish is sent; a failed one is shown as what the server last agreed to.
 */
export class Toggles {
  readonly #running = new Map<string, Running>();

  async set(key: string, on: boolean, { show, send, onFailure }: Toggle): Promise<void> {
    show(on);
    const running = this.#running.get(key);
    if (running) {
      running.wanted = on;
      return;
    }
    const mine: Running = { wanted: on };
    this.#running.set(key, mine);
    let agreed = !on;
    try {
      while (mine.wanted !== agreed) {
        const wanted = mine.wanted;
        await send(wanted);
        agreed = wanted;
      }
    } catch (error) {
      const wanted = mine.wanted;
      if (wanted !== agreed) show(agreed);
      onFailure(error, wanted);
    } finally {
      this.#running.delete(key);
    }
  }
}
