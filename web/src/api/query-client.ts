import { QueryClient } from "@tanstack/react-query";
import { ApiProblem } from "./problem";

function worthRetrying(failures: number, error: Error): boolean {
  return failures < 2 && error instanceof ApiProblem && error.isTemporary && error.status !== 429;
}

export function createQueryClient(): QueryClient {
  return new QueryClient({
    defaultOptions: {
      queries: {
        staleTime: 30_000,
        gcTime: 30 * 60_000,
        retry: worthRetrying,
        retryDelay: (failures) => Math.min(500 * 2 ** failures, 4_000),
        // Lists must not change under a reader who only switched windows.
        refetchOnWindowFocus: false,
        networkMode: "always",
      },
      mutations: { networkMode: "always" },
    },
  });
}
