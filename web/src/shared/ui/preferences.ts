import { useSyncExternalStore } from "react";
import { create } from "zustand";

export type Scheme = "light" | "dark" | "auto";

const REMEMBERED = "om-scheme";

function remembered(): Scheme {
  try {
    const scheme = localStorage.getItem(REMEMBERED);
    return scheme === "light" || scheme === "dark" ? scheme : "auto";
  } catch {
    return "auto";
  }
}

/** Light, dark or as the system: kept on this device, known to first-paint.js. */
export const usePreferences = create<{ scheme: Scheme }>(() => ({ scheme: remembered() }));

export function setScheme(scheme: Scheme): void {
  try {
    localStorage.setItem(REMEMBERED, scheme);
  } catch {
    // Storage is closed in some private windows; the choice then lasts as long as the page.
  }
  usePreferences.setState({ scheme });
}

const systemIsDark = typeof matchMedia === "function" ? matchMedia("(prefers-color-scheme: dark)") : null;

function watchSystem(told: () => void): () => void {
  systemIsDark?.addEventListener("change", told);
  return () => systemIsDark?.removeEventListener("change", told);
}

/** Whether the page is dark now, by choice or by the system. */
export function useDark(): boolean {
  const scheme = usePreferences((preferences) => preferences.scheme);
  const system = useSyncExternalStore(watchSystem, () => systemIsDark?.matches ?? false);
  return scheme === "auto" ? system : scheme === "dark";
}
