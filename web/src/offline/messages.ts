/** What the service worker asks of a page: to go where a notification leads. */
export interface OpenMessage {
  type: "open";
  path: string;
}

/** Only paths of this site. */
export function isOwnPath(path: unknown): path is string {
  return typeof path === "string" && /^\/(?![/\\])/.test(path);
}
