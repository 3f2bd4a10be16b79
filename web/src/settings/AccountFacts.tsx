import type { Me } from "@/api/types";
import { strings } from "@/strings";
import { monthOf } from "@/ui/format";

const words = strings.settings;

export function AccountFacts({ user }: { user: Me }) {
  const facts = [
    [words.username, `@${user.username}`],
    [words.email, user.email ?? words.noEmail],
    [words.memberSince, monthOf(user.created_at)],
  ] as const;
  return (
    <dl className="divide-y divide-line text-sm">
      {facts.map(([name, value]) => (
        <div key={name} className="flex flex-wrap justify-between gap-x-6 gap-y-1 py-2.5">
          <dt className="text-muted">{name}</dt>
          <dd className="font-medium">{value}</dd>
        </div>
      ))}
    </dl>
  );
}
