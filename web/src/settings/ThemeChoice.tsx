import { useState } from "react";
import { strings } from "@/strings";
import { DeviceIcon, MoonIcon, SunIcon } from "@/ui/icons";
import { savedTheme, saveTheme, type Theme } from "./theme";

const words = strings.settings;

const CHOICES = [
  { value: "system", label: words.themeSystem, Icon: DeviceIcon },
  { value: "light", label: words.themeLight, Icon: SunIcon },
  { value: "dark", label: words.themeDark, Icon: MoonIcon },
] as const;

export function ThemeChoice() {
  const [theme, setTheme] = useState<Theme>(savedTheme);
  const choose = (next: Theme) => {
    setTheme(next);
    saveTheme(next);
  };
  return (
    <fieldset>
      <legend className="sr-only">{words.theme}</legend>
      <div className="grid grid-cols-[repeat(auto-fit,minmax(6.5rem,1fr))] gap-2">
        {CHOICES.map(({ value, label, Icon }) => (
          <label
            key={value}
            className="flex cursor-pointer flex-col items-center gap-1.5 rounded-control border border-line px-3 py-3.5 text-sm font-medium transition-colors hover:bg-hover has-checked:border-accent has-checked:bg-accent-soft forced-colors:has-checked:border-[Highlight] has-focus-visible:outline-2 has-focus-visible:outline-offset-2 has-focus-visible:outline-accent"
          >
            <input
              type="radio"
              name="theme"
              value={value}
              checked={theme === value}
              onChange={() => choose(value)}
              className="sr-only"
            />
            <Icon />
            {label}
          </label>
        ))}
      </div>
    </fieldset>
  );
}
