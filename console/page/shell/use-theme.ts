import { useEffect, useState } from "preact/hooks";

/** "auto" follows the machine. */
export const THEMES = ["auto", "light", "dark"] as const;
export type Theme = (typeof THEMES)[number];

const KEY = "segue-theme";

export function useTheme(): { readonly theme: Theme; next(): void } {
  const [theme, setTheme] = useState<Theme>(storedTheme);
  useEffect(() => {
    document.documentElement.dataset.theme = theme;
    localStorage.setItem(KEY, theme);
    dispatchEvent(new Event("themechange"));
  }, [theme]);
  return {
    theme,
    next: () => setTheme(THEMES[(THEMES.indexOf(theme) + 1) % THEMES.length]!),
  };
}

function storedTheme(): Theme {
  const stored = localStorage.getItem(KEY);
  return THEMES.find((theme) => theme === stored) ?? "auto";
}
