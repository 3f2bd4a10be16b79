import { useState, type ReactNode } from "react";
import { useLater } from "@/app/use-later";
import { useSession } from "@/session/context";
import { LiveContext, LiveLink } from "./link";

const loadUpdates = () => import("./LiveUpdates");

/** For members, has changes told as they happen, once the page stands. */
export function LiveProvider({ children }: { children: ReactNode }) {
  const [link] = useState(() => new LiveLink());
  const { status, user } = useSession();
  const part = useLater(loadUpdates, { wanted: false });
  return (
    <LiveContext value={link}>
      {children}
      {part && status === "member" && <part.LiveUpdates key={user.id} me={user} />}
    </LiveContext>
  );
}
