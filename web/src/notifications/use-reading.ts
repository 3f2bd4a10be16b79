import { useQueryClient } from "@tanstack/react-query";
import { useMemo } from "react";
import { useApi } from "@/api/context";
import { keys } from "@/api/keys";
import type { Id, UnreadCountAnswer } from "@/api/types";
import { strings } from "@/strings";
import { problemText } from "@/ui/problem-text";
import { useToast } from "@/ui/toast-context";
import { showAsRead } from "./cache";

interface Reading {
  markRead: (id: Id) => void;
  markAllRead: () => void;
}

/** Marks notifications as read: shown at once, and asked for anew when the server does not agree. */
export function useReading(): Reading {
  const api = useApi();
  const queries = useQueryClient();
  const toast = useToast();
  return useMemo(() => {
    const mark = async (path: string, id: Id | null): Promise<void> => {
      showAsRead(queries, id);
      try {
        const { count } = await api.post<UnreadCountAnswer>(path);
        queries.setQueryData(keys.unreadCount(), count);
        if (id === null) toast({ message: strings.notifications.allRead });
      } catch (error) {
        toast({ message: `${strings.notifications.notMarked} ${problemText(error)}`, tone: "error" });
        void queries.invalidateQueries({ queryKey: keys.notificationLists() });
      }
    };
    return {
      markRead: (id) => void mark(`/notifications/${id}/read`, id),
      markAllRead: () => void mark("/notifications/read-all", null),
    };
  }, [api, queries, toast]);
}
