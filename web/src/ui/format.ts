import { strings } from "@/strings";

const LOCALE = "en";

const compact = new Intl.NumberFormat(LOCALE, { notation: "compact", maximumFractionDigits: 1 });
const exact = new Intl.NumberFormat(LOCALE);
const sameYear = new Intl.DateTimeFormat(LOCALE, { day: "numeric", month: "short" });
const otherYear = new Intl.DateTimeFormat(LOCALE, { day: "numeric", month: "short", year: "numeric" });
const exactTime = new Intl.DateTimeFormat(LOCALE, { dateStyle: "full", timeStyle: "short" });
const clock = new Intl.DateTimeFormat(LOCALE, { timeStyle: "short" });
const monthAndYear = new Intl.DateTimeFormat(LOCALE, { month: "long", year: "numeric" });

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

export function compactNumber(value: number): string {
  return compact.format(value);
}

export function exactNumber(value: number): string {
  return exact.format(value);
}

/** `4m`, `7h`, then the date; the year only when it is another one. */
export function relativeTime(iso: string, now = Date.now()): string {
  const then = Date.parse(iso);
  const age = now - then;
  if (age < MINUTE) return strings.ui.now;
  if (age < HOUR) return strings.ui.minutes(Math.floor(age / MINUTE));
  if (age < DAY) return strings.ui.hours(Math.floor(age / HOUR));
  const date = new Date(then);
  return (date.getFullYear() === new Date(now).getFullYear() ? sameYear : otherYear).format(date);
}

/** The time of day of something today or in the last night, else its date. */
export function sinceTime(iso: string, now = Date.now()): string {
  return now - Date.parse(iso) < DAY ? clock.format(new Date(iso)) : relativeTime(iso, now);
}

export function exactDate(iso: string): string {
  return exactTime.format(new Date(iso));
}

export function monthOf(iso: string): string {
  return monthAndYear.format(new Date(iso));
}
