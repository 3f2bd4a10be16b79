/** Where to log in so as to come back here afterwards. */
export function loginPath(next: string): string {
  return ["/", "/login", "/register"].includes(next) ? "/login" : `/login?${new URLSearchParams({ next })}`;
}

/** Only paths of this site: a link must not lead someone away after logging in. */
export function nextPath(search: URLSearchParams): string {
  const next = search.get("next") ?? "/";
  return /^\/(?![/\\])/.test(next) ? next : "/";
}
