import type { ReactNode, SVGProps } from "react";

export type IconProps = Omit<SVGProps<SVGSVGElement>, "children"> & { filled?: boolean };

export function Icon({ children, filled = false, ...props }: IconProps & { children: ReactNode }) {
  return (
    <svg
      viewBox="0 0 24 24"
      width="1.375em"
      height="1.375em"
      fill={filled ? "currentColor" : "none"}
      stroke="currentColor"
      strokeWidth={1.75}
      strokeLinecap="round"
      strokeLinejoin="round"
      aria-hidden="true"
      focusable="false"
      {...props}
    >
      {children}
    </svg>
  );
}

export const HomeIcon = (props: IconProps) => (
  <Icon {...props}>
    <path d="M4 10.6 12 4l8 6.6V18a2 2 0 0 1-2 2H6a2 2 0 0 1-2-2z" />
    <path d="M9.5 15.5c1.4 1.2 3.6 1.2 5 0" stroke={props.filled ? "var(--canvas)" : "currentColor"} />
  </Icon>
);

export const CompassIcon = (props: IconProps) => (
  <Icon {...props}>
    <circle cx="12" cy="12" r="8.5" />
    <path
      d="m15.2 8.8-1.7 4.7-4.7 1.7 1.7-4.7z"
      stroke={props.filled ? "var(--canvas)" : "currentColor"}
      fill={props.filled ? "var(--canvas)" : "none"}
    />
  </Icon>
);

export const SearchIcon = (props: IconProps) => (
  <Icon {...props} filled={false} strokeWidth={props.filled ? 2.6 : 1.75}>
    <circle cx="11" cy="11" r="6.5" />
    <path d="m16 16 4 4" />
  </Icon>
);

export const UserIcon = (props: IconProps) => (
  <Icon {...props}>
    <circle cx="12" cy="8" r="4" />
    <path d="M4.5 20c.7-3.6 3.7-5.5 7.5-5.5s6.8 1.9 7.5 5.5z" />
  </Icon>
);

export const SettingsIcon = (props: IconProps) => (
  <Icon {...props} filled={false} strokeWidth={props.filled ? 2.4 : 1.75}>
    <path d="M4 7h9M17.5 7H20M4 17h2.5M11 17h9" />
    <circle cx="15" cy="7" r="2.3" fill={props.filled ? "currentColor" : "none"} />
    <circle cx="8.7" cy="17" r="2.3" fill={props.filled ? "currentColor" : "none"} />
  </Icon>
);

export const ReplyIcon = (props: IconProps) => (
  <Icon {...props}>
    <path d="M20 11.5a7.5 7.5 0 0 1-10.9 6.7L4.5 19.5l1.3-4.1A7.5 7.5 0 1 1 20 11.5z" />
  </Icon>
);

export const RetweetIcon = (props: IconProps) => (
  <Icon {...props} filled={false} strokeWidth={props.filled ? 2.4 : 1.75}>
    <path d="m3 9 3.5-3.5L10 9M6.5 6v9a3 3 0 0 0 3 3h4M21 15l-3.5 3.5L14 15M17.5 18V9a3 3 0 0 0-3-3h-4" />
  </Icon>
);

export const HeartIcon = (props: IconProps) => (
  <Icon {...props}>
    <path d="M12 20S4 15.3 4 9.5A4.3 4.3 0 0 1 12 7.2a4.3 4.3 0 0 1 8 2.3C20 15.3 12 20 12 20z" />
  </Icon>
);

export const QuoteIcon = (props: IconProps) => (
  <Icon {...props}>
    <path d="M9.5 7C6.5 8 5 10 5 13.5V17h5.5v-5H7.7M19 7c-3 1-4.5 3-4.5 6.5V17H20v-5h-2.8" />
  </Icon>
);

export const PenIcon = (props: IconProps) => (
  <Icon {...props}>
    <path d="M4.5 19.5 6 14.8 15.7 5.1a2.1 2.1 0 0 1 3 0l.2.2a2.1 2.1 0 0 1 0 3L9.2 18z" />
    <path d="m13.8 7 3.2 3.2" />
  </Icon>
);

export const MoreIcon = (props: IconProps) => (
  <Icon {...props} stroke="none" fill="currentColor">
    <circle cx="5.5" cy="12" r="1.7" />
    <circle cx="12" cy="12" r="1.7" />
    <circle cx="18.5" cy="12" r="1.7" />
  </Icon>
);

export const CloseIcon = (props: IconProps) => (
  <Icon {...props}>
    <path d="m6 6 12 12M18 6 6 18" />
  </Icon>
);

export const BackIcon = (props: IconProps) => (
  <Icon {...props}>
    <path d="M19 12H5M11 6l-6 6 6 6" />
  </Icon>
);

export const ArrowUpIcon = (props: IconProps) => (
  <Icon {...props}>
    <path d="M12 19V5M6 11l6-6 6 6" />
  </Icon>
);

export const LinkIcon = (props: IconProps) => (
  <Icon {...props}>
    <path d="M10 14a4 4 0 0 0 5.7 0l3-3A4 4 0 0 0 13 5.3l-1 1M14 10a4 4 0 0 0-5.7 0l-3 3A4 4 0 0 0 11 18.7l1-1" />
  </Icon>
);

export const TrashIcon = (props: IconProps) => (
  <Icon {...props}>
    <path d="M5 7h14M9.5 7V4.5h5V7M7 7l.8 12.5h8.4L17 7M10.3 11v5M13.7 11v5" />
  </Icon>
);

export const MuteIcon = (props: IconProps) => (
  <Icon {...props}>
    <path d="M4.5 10v4h3l4 3.5v-11l-4 3.5zM15.5 9.5l5 5M20.5 9.5l-5 5" />
  </Icon>
);

export const SpeakerIcon = (props: IconProps) => (
  <Icon {...props}>
    <path d="M4.5 10v4h3l4 3.5v-11l-4 3.5zM15 9a4.2 4.2 0 0 1 0 6M17.7 6.5a7.8 7.8 0 0 1 0 11" />
  </Icon>
);

export const BlockIcon = (props: IconProps) => (
  <Icon {...props}>
    <circle cx="12" cy="12" r="8.5" />
    <path d="m6 6 12 12" />
  </Icon>
);

export const EyeIcon = (props: IconProps) => (
  <Icon {...props}>
    <path d="M2.5 12C4.5 8 8 6 12 6s7.5 2 9.5 6c-2 4-5.5 6-9.5 6s-7.5-2-9.5-6z" />
    <circle cx="12" cy="12" r="2.8" />
  </Icon>
);

export const EyeOffIcon = (props: IconProps) => (
  <Icon {...props}>
    <path d="M4 4l16 16M9.5 6.3A10 10 0 0 1 12 6c4 0 7.5 2 9.5 6a13 13 0 0 1-2.6 3.4M6 7.6A12 12 0 0 0 2.5 12c2 4 5.5 6 9.5 6 1.5 0 2.9-.3 4.2-.8" />
  </Icon>
);

export const LogoutIcon = (props: IconProps) => (
  <Icon {...props}>
    <path d="M10 4.5H7a2 2 0 0 0-2 2v11a2 2 0 0 0 2 2h3M14.5 8l4 4-4 4M18 12h-8" />
  </Icon>
);

export const CalendarIcon = (props: IconProps) => (
  <Icon {...props}>
    <rect x="4" y="5.5" width="16" height="14" rx="2.5" />
    <path d="M4 10h16M8.5 3.5v4M15.5 3.5v4" />
  </Icon>
);

export const SunIcon = (props: IconProps) => (
  <Icon {...props}>
    <circle cx="12" cy="12" r="4" />
    <path d="M12 3v1.5M12 19.5V21M3 12h1.5M19.5 12H21M5.6 5.6l1.1 1.1M17.3 17.3l1.1 1.1M5.6 18.4l1.1-1.1M17.3 6.7l1.1-1.1" />
  </Icon>
);

export const MoonIcon = (props: IconProps) => (
  <Icon {...props}>
    <path d="M19.5 14.2A8 8 0 0 1 9.8 4.5a8 8 0 1 0 9.7 9.7z" />
  </Icon>
);

export const DeviceIcon = (props: IconProps) => (
  <Icon {...props}>
    <rect x="3.5" y="5" width="17" height="11" rx="2" />
    <path d="M9 20h6M12 16v4" />
  </Icon>
);

export const VerifiedIcon = (props: IconProps) => (
  <Icon {...props} stroke="none" fill="currentColor">
    <path d="m12 2 2.4 2.1 3.2-.2.8 3.1 2.7 1.7-1.2 3 1.2 3-2.7 1.7-.8 3.1-3.2-.2L12 21.4l-2.4-2.1-3.2.2-.8-3.1-2.7-1.7 1.2-3-1.2-3L5.6 7l.8-3.1 3.2.2z" />
    <path d="m8.3 12 2.5 2.5 4.9-5" fill="none" stroke="var(--canvas)" strokeWidth={2} />
  </Icon>
);

export const BellIcon = (props: IconProps) => (
  <Icon {...props}>
    <path d="M6.5 10a5.5 5.5 0 0 1 11 0c0 4.5 1.8 6 1.8 6.8 0 .4-.3.7-.7.7H5.4a.7.7 0 0 1-.7-.7c0-.8 1.8-2.3 1.8-6.8z" />
    <path d="M10 20.2a2.2 2.2 0 0 0 4 0" fill="none" />
  </Icon>
);

export const MentionIcon = (props: IconProps) => (
  <Icon {...props} fill="none">
    <circle cx="12" cy="12" r="3.6" />
    <path d="M15.6 8.4V13a2.3 2.3 0 0 0 4.6 0v-1A8.2 8.2 0 1 0 17 18.5" />
  </Icon>
);

export const CheckIcon = (props: IconProps) => (
  <Icon {...props} fill="none">
    <path d="m5 12.5 4.5 4.5L19 7.5" />
  </Icon>
);

export const CheckAllIcon = (props: IconProps) => (
  <Icon {...props} fill="none">
    <path d="m2.5 12.5 4.5 4.5L16 7.5M12 15.5l1.5 1.5L21.5 7.5" />
  </Icon>
);

export const FollowIcon = (props: IconProps) => (
  <Icon {...props}>
    <circle cx="10" cy="8" r="3.6" />
    <path d="M3.2 19.5c.6-3.6 3.2-5.6 6.8-5.6s6.2 2 6.8 5.6z" />
    <path d="M19 8v6M16 11h6" />
  </Icon>
);
