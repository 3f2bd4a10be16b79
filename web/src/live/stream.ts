import { endingOf, readEvent, type Ending, type Hello, type LineListener, type Transport } from "./events";

const PATH = "/api/v1/live/events";

/** Live updates as server-sent events, read with `fetch`: an `EventSource` cannot send a token. */
export const openStream: Transport = (hello, listener) => {
  const control = new AbortController();
  void listen(hello, listener, control.signal);
  return { talks: false, say: () => undefined, close: () => control.abort() };
};

async function listen(hello: Hello, listener: LineListener, signal: AbortSignal): Promise<void> {
  let ending: Ending = "lost";
  let retryAfterMs: number | undefined;
  try {
    const query = hello.known === null ? "" : `?known=${hello.known.join(",")}`;
    const headers = new Headers({ Accept: "text/event-stream", Authorization: `Bearer ${hello.token}` });
    if (hello.lastEventId !== null) headers.set("Last-Event-ID", hello.lastEventId);
    const answer = await fetch(PATH + query, { headers, signal, cache: "no-store" });
    if (!answer.ok || !answer.body) {
      ending = refusalOf(answer.status);
      retryAfterMs = Number(answer.headers.get("Retry-After") ?? 0) * 1000 || undefined;
    } else {
      ending = await hear(answer.body, listener);
    }
  } catch {
    // The network: the same as an end without a word.
  }
  if (!signal.aborted) listener.onEnd(ending, retryAfterMs);
}

function refusalOf(status: number): Ending {
  if (status === 400) return "malformed";
  if (status === 401) return "token";
  if (status === 403) return "refused";
  return status === 429 || status === 503 ? "full" : "lost";
}

async function hear(body: ReadableStream<Uint8Array<ArrayBuffer>>, { onEvent, onSign }: LineListener): Promise<Ending> {
  const reader = body.pipeThrough(new TextDecoderStream()).getReader();
  const lines = new LineReader();
  for (let chunk = await reader.read(); !chunk.done; chunk = await reader.read()) {
    onSign();
    for (const data of lines.take(chunk.value)) {
      const event = readEvent(data);
      if (event?.type === "end") return endingOf(event.code);
      if (event) onEvent(event);
    }
  }
  return "lost";
}

/** Takes text as it comes, and gives the data of each event that is complete. Ids are in the data, too. */
export class LineReader {
  #rest = "";
  #data: string[] = [];

  take(text: string): string[] {
    const lines = (this.#rest + text).split("\n");
    this.#rest = lines.pop() ?? "";
    const events: string[] = [];
    for (const line of lines.map((line) => line.replace(/\r$/, ""))) {
      if (line.startsWith("data:")) this.#data.push(line.slice(5).replace(/^ /, ""));
      else if (line === "" && this.#data.length > 0) events.push(this.#data.splice(0).join("\n"));
    }
    return events;
  }
}
