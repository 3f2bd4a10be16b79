import { useEffect } from "react";
import { useNavigate } from "react-router";
import { useApi } from "@/api/context";
import { renewPush } from "@/push/device";
import { useSession } from "@/session/context";
import { isOwnPath, type OpenMessage } from "./messages";
import { registerWorker } from "./registration";

/** What the page and the device do for each other: the worker, where notifications lead, and what is pushed here. */
export function DeviceServices() {
  const api = useApi();
  const navigate = useNavigate();
  const { status, user } = useSession();
  const member = status === "member" ? user.id : null;

  useEffect(() => {
    if (import.meta.env.PROD) void registerWorker();
  }, []);

  useEffect(() => {
    if (!("serviceWorker" in navigator)) return;
    const onMessage = ({ data }: MessageEvent<Partial<OpenMessage> | null>) => {
      if (data?.type === "open" && isOwnPath(data.path)) void navigate(data.path);
    };
    navigator.serviceWorker.addEventListener("message", onMessage);
    return () => navigator.serviceWorker.removeEventListener("message", onMessage);
  }, [navigate]);

  useEffect(() => {
    // What is pushed belongs to a session: a new one has to name its device.
    if (member !== null) void renewPush(api, member);
  }, [api, member]);

  return null;
}
