/** What a text is written for; drafts and pending posts are kept by it. */
export type ComposeContext = { kind: "new" } | { kind: "reply"; id: string } | { kind: "quote"; id: string };

export function contextKey(context: ComposeContext): string {
  return context.kind === "new" ? "new" : `${context.kind}:${context.id}`;
}
