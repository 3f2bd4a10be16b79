import { createBrowserRouter, type RouteObject } from "react-router";
import { ErrorPage } from "./ErrorPage";
import { Layout } from "./Layout";
import { NotFoundPage } from "./NotFoundPage";
import { Splash } from "./Splash";

/** Each page is a chunk of its own; the ones most people open first are fetched with the first script. */
export const routes: RouteObject[] = [
  {
    path: "/",
    Component: Layout,
    ErrorBoundary: ErrorPage,
    HydrateFallback: Splash,
    children: [
      {
        ErrorBoundary: ErrorPage,
        children: [
          { index: true, lazy: async () => ({ Component: (await import("@/home/HomePage")).HomePage }) },
          { path: "discover", lazy: async () => ({ Component: (await import("@/home/DiscoverPage")).DiscoverPage }) },
          { path: ":handle/:postId", lazy: async () => ({ Component: (await import("@/thread/ThreadPage")).ThreadPage }) },
          { path: "*", Component: NotFoundPage },
        ],
      },
    ],
  },
];

export function createRouter() {
  return createBrowserRouter(routes);
}
