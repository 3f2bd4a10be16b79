import { createBrowserRouter, type RouteObject } from "react-router";
import type { PeopleList } from "@/api/keys";
import { ErrorPage, RootErrorPage } from "./ErrorPage";
import { Layout } from "./Layout";
import { NotFoundPage } from "./NotFoundPage";
import { Splash } from "./Splash";

const peopleList = (list: PeopleList) => async () => {
  const { PeoplePage } = await import("@/profile/PeoplePage");
  return { element: <PeoplePage list={list} /> };
};

/** Each page is a chunk of its own; the ones most people open first are fetched with the first script. */
export const routes: RouteObject[] = [
  {
    path: "/",
    Component: Layout,
    ErrorBoundary: RootErrorPage,
    HydrateFallback: Splash,
    children: [
      {
        ErrorBoundary: ErrorPage,
        children: [
          { index: true, lazy: async () => ({ Component: (await import("@/home/HomePage")).HomePage }) },
          { path: "discover", lazy: async () => ({ Component: (await import("@/home/DiscoverPage")).DiscoverPage }) },
          { path: "search", lazy: async () => ({ Component: (await import("@/search/SearchPage")).SearchPage }) },
          { path: "hashtag/:tag", lazy: async () => ({ Component: (await import("@/search/HashtagPage")).HashtagPage }) },
          { path: "login", lazy: async () => ({ Component: (await import("@/session/LoginPage")).LoginPage }) },
          { path: "register", lazy: async () => ({ Component: (await import("@/session/RegisterPage")).RegisterPage }) },
          { path: "notifications", lazy: async () => ({ Component: (await import("@/notifications/NotificationsPage")).NotificationsPage }) },
          { path: "settings", lazy: async () => ({ Component: (await import("@/settings/SettingsPage")).SettingsPage }) },
          { path: ":handle", lazy: async () => ({ Component: (await import("@/profile/ProfilePage")).ProfilePage }) },
          { path: ":handle/followers", lazy: peopleList("followers") },
          { path: ":handle/following", lazy: peopleList("following") },
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
