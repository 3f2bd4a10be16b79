import { useState, type ReactNode } from "react";
import { Navigate, useLocation } from "react-router";
import { ApiProblem } from "@/api/problem";
import { strings } from "@/strings";
import { ErrorNotice } from "@/ui/Notice";
import { PostSkeleton } from "@/ui/Skeleton";
import { useSession, useSessionStore } from "./context";
import { loginPath } from "./paths";

const OFFLINE = new ApiProblem({ kind: "network" });

/** Pages are shown once it is known who looks at them. */
export function SessionGate({ children }: { children: ReactNode }) {
  const { status } = useSession();
  const session = useSessionStore();
  if (status === "restoring") {
    return (
      <div aria-busy="true" className="pt-(--header-height)">
        <span role="status" className="sr-only">
          {strings.session.restoring}
        </span>
        {[1, 2, 3, 4, 5].map((n) => (
          <PostSkeleton key={n} />
        ))}
      </div>
    );
  }
  if (status === "unreachable") {
    return <ErrorNotice title={strings.session.unreachableTitle} error={OFFLINE} onRetry={() => void session.restore()} />;
  }
  return children;
}

/** A page of one's own: visitors log in first and then come back to it; whoever logs out here goes home. */
export function MembersOnly({ children }: { children: ReactNode }) {
  const { status } = useSession();
  const { pathname } = useLocation();
  const [cameAsVisitor] = useState(status === "visitor");
  if (status === "visitor" && !cameAsVisitor) return <Navigate to="/" replace />;
  if (status === "visitor") return <Navigate to={loginPath(pathname)} replace />;
  return children;
}
