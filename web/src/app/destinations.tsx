import type { ComponentType } from "react";
import type { Me } from "@/api/types";
import { strings } from "@/strings";
import { BellWithCount } from "@/notifications/BellWithCount";
import { CompassIcon, HomeIcon, SearchIcon, SettingsIcon, UserIcon, type IconProps } from "@/ui/icons";

export interface Destination {
  to: string;
  label: string;
  /** What is read out, where the eye sees more than the label. */
  spoken?: string | undefined;
  Icon: ComponentType<IconProps>;
  /** Phones have little room: there this is found on another page. */
  wideOnly?: boolean;
}

/** Where the main navigation leads. */
export function destinationsFor(me: Me | null, unread: number): Destination[] {
  const open: Destination[] = [
    { to: "/", label: strings.nav.home, Icon: HomeIcon },
    { to: "/discover", label: strings.nav.discover, Icon: CompassIcon },
    { to: "/search", label: strings.nav.search, Icon: SearchIcon, wideOnly: true },
  ];
  if (me === null) return open;
  return [
    ...open,
    { to: "/notifications", label: strings.nav.notifications, spoken: unread > 0 ? strings.nav.notificationsUnread(unread) : undefined, Icon: BellWithCount },
    { to: `/@${me.username}`, label: strings.nav.profile, Icon: UserIcon },
    { to: "/settings", label: strings.nav.settings, Icon: SettingsIcon },
  ];
}
