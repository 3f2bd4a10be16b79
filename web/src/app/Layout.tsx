import { Outlet, ScrollRestoration } from "react-router";
import { ComposeProvider } from "@/compose/ComposeProvider";
import { ComposeSheet } from "@/compose/ComposeSheet";
import { Shortcuts } from "@/keyboard/Shortcuts";
import { LiveProvider } from "@/live/LiveProvider";
import { PostActionsProvider } from "@/post/PostActionsProvider";
import { useSession } from "@/session/context";
import { SessionGate } from "@/session/SessionGate";
import { strings } from "@/strings";
import { Aside } from "./Aside";
import { BottomBar } from "./BottomBar";
import { Rail } from "./Rail";
import { useFocusOnNavigation } from "./use-focus-on-navigation";
import { useLater } from "./use-later";

const loadDeviceServices = () => import("@/offline/DeviceServices");
const loadExpiredDialog = () => import("@/session/ExpiredDialog");

/** Phone: one column and a bar below. Wide: the way around, what is read, and what belongs beside it. */
export function Layout() {
  useFocusOnNavigation();
  return (
    <LiveProvider>
      <ComposeProvider>
        <PostActionsProvider>
          <a
            href="#main"
            className="fixed start-4 top-2 z-50 -translate-y-20 rounded-full bg-accent px-5 py-2.5 font-semibold text-on-accent focus:translate-y-0"
          >
            {strings.app.skipToContent}
          </a>
          <ScrollRestoration />
          <div className="mx-auto flex max-w-[calc(var(--rail-width)+var(--column-width)+var(--aside-width)+5rem)] justify-center">
            <Rail />
            <main
              id="main"
              tabIndex={-1}
              className="min-h-dvh w-full max-w-(--column-width) min-w-0 pb-[calc(var(--bar-height)+env(safe-area-inset-bottom)+1rem)] md:border-x md:border-line md:pb-16"
            >
              <SessionGate>
                <Outlet />
              </SessionGate>
            </main>
            <Aside />
          </div>
          <BottomBar />
          <ComposeSheet />
          <AskAgain />
          <Shortcuts />
          <OnThisDevice />
        </PostActionsProvider>
      </ComposeProvider>
    </LiveProvider>
  );
}

function AskAgain() {
  const { status } = useSession();
  const part = useLater(loadExpiredDialog, { wanted: status === "expired" });
  return part && <part.ExpiredDialog />;
}

function OnThisDevice() {
  const part = useLater(loadDeviceServices, { wanted: false });
  return part && <part.DeviceServices />;
}
