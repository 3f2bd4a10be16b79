import { QueryClientProvider, type QueryClient } from "@tanstack/react-query";
import { RouterProvider } from "react-router";
import type { ApiClient } from "@/api/client";
import { ApiContext } from "@/api/context";
import { SessionContext } from "@/session/context";
import type { SessionStore } from "@/session/store";
import { ToastProvider } from "@/ui/ToastProvider";
import type { createRouter } from "./routes";

export interface AppProps {
  api: ApiClient;
  session: SessionStore;
  queries: QueryClient;
  router: ReturnType<typeof createRouter>;
}

export function App({ api, session, queries, router }: AppProps) {
  return (
    <SessionContext value={session}>
      <ApiContext value={api}>
        <QueryClientProvider client={queries}>
          <ToastProvider>
            <RouterProvider router={router} />
          </ToastProvider>
        </QueryClientProvider>
      </ApiContext>
    </SessionContext>
  );
}
