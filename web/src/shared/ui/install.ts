import { create } from "zustand";

/** Chromium's own event; other browsers install through their menus. */
interface InstallEvent extends Event {
  prompt(): Promise<void>;
}

export const useInstall = create<{ offer: InstallEvent | null }>(() => ({ offer: null }));

/** Keep the browser's offer until somebody wants it, on Me, instead of a banner at a wrong moment. */
export function watchInstall(): void {
  window.addEventListener("beforeinstallprompt", (event) => {
    event.preventDefault();
    useInstall.setState({ offer: event as InstallEvent });
  });
  window.addEventListener("appinstalled", () => useInstall.setState({ offer: null }));
}
