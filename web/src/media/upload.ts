import { BASE, type ApiClient } from "@/api/client";
import { ApiProblem } from "@/api/problem";
import type { Media } from "@/api/types";
import { shrunk } from "./redraw";

/** An upload may take long, but not without anything happening: then it is given up. */
const STALLED_MS = 60_000;

export interface UploadOptions {
  idempotencyKey: string;
  /** Called with what is sent of the file, between 0 and 1. */
  onProgress: (part: number) => void;
  signal: AbortSignal;
}

/** Sends a file to the server, which answers with what it made of it. */
export async function upload(api: ApiClient, file: Blob, options: UploadOptions): Promise<Media> {
  const sent = await shrunk(file);
  return api.sendBy<Media>((token) => post(sent, token, options));
}

/** `fetch` cannot tell how far an upload is; the older way can. */
function post(file: Blob, token: string | null, { idempotencyKey, onProgress, signal }: UploadOptions): Promise<Response> {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    let timer: ReturnType<typeof setTimeout> | undefined;
    let stalled = false;
    const watch = () => {
      clearTimeout(timer);
      timer = setTimeout(() => {
        stalled = true;
        request.abort();
      }, STALLED_MS);
    };
    const abort = () => request.abort();

    request.upload.onprogress = ({ loaded, total }) => {
      watch();
      onProgress(total > 0 ? loaded / total : 0);
    };
    request.onload = () => resolve(new Response(request.response as Blob, { status: request.status, headers: headersOf(request) }));
    request.onerror = () => reject(new ApiProblem({ kind: "network" }));
    request.onabort = () =>
      reject(stalled ? new ApiProblem({ kind: "timeout" }) : new DOMException("The upload was cancelled.", "AbortError"));
    request.onloadend = () => {
      clearTimeout(timer);
      signal.removeEventListener("abort", abort);
    };

    request.open("POST", `${BASE}/media`);
    request.responseType = "blob";
    request.setRequestHeader("Accept", "application/json");
    request.setRequestHeader("Idempotency-Key", idempotencyKey);
    if (token !== null) request.setRequestHeader("Authorization", `Bearer ${token}`);
    signal.addEventListener("abort", abort);
    watch();
    const form = new FormData();
    form.append("file", file, "image");
    request.send(form);
    if (signal.aborted) request.abort();
  });
}

function headersOf(request: XMLHttpRequest): Headers {
  const headers = new Headers();
  for (const line of request.getAllResponseHeaders().trim().split(/\r?\n/)) {
    const colon = line.indexOf(":");
    if (colon > 0) headers.append(line.slice(0, colon), line.slice(colon + 1).trim());
  }
  return headers;
}
