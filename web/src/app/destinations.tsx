import type { ComponentType } from "react";
import type { Me } from "@/api/types";
import { strings } from "@/strings";
import { CompassIcon, HomeIcon, SearchIcon, SettingsIcon, UserIcon, type IconProps } from "@/ui/icons";

export interface Destination {
  to: string;
  label: string;
  Icon: ComponentType<IconProps>;
  /** Phones have little room: there this is found on another page. */
  wideOnly?: boolean;
}

/** Where the main navigation leads. */
export function destinationsFor(me: Me | null): Destination[] {
  const open: Destination[] = [
    { to: "/", label: strings.nav.home, Icon: HomeIcon },
    { to: "/discover", label: strings.nav.discover, Icon: CompassIcon },
    { to: "/search", label: strings.nav.search, Icon: SearchIcon, wideOnly: true },
  ];
  if (me === null) return open;
  return [
    ...open,
    { to: `/@${me.username}`, label: strings.nav.profile, Icon: UserIcon },
    { to: "/settings", label: strings.nav.settings, Icon: SettingsIcon },
  ];
}
