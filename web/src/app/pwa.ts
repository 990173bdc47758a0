import type { Workbox } from "workbox-window";
import { onGoodbye } from "@/shared/api/goodbye";
import { translate } from "@/shared/i18n/i18n";
import { toast } from "@/shared/ui/toasts";

const CHECK_MS = 60 * 60_000;
let workbox: Workbox | null = null;

/** The shell works offline; a new version waits until somebody presses the button. */
export async function startServiceWorker(): Promise<void> {
  if (!import.meta.env.PROD || !("serviceWorker" in navigator)) return;
  onGoodbye(forgetCaches);
  const { Workbox } = await import("workbox-window");
  workbox = new Workbox("/sw.js");
  workbox.addEventListener("waiting", offerUpdate);
  workbox.addEventListener("controlling", (event) => {
    if (event.isUpdate) window.location.reload();
  });
  void workbox.register().catch(() => undefined);
  setInterval(() => void workbox?.update().catch(() => undefined), CHECK_MS);
}

export function offerUpdate(): void {
  toast({
    key: "update",
    text: translate("common", "update.text"),
    action: {
      label: translate("common", "update.do"),
      run: () => (workbox ? workbox.messageSkipWaiting() : window.location.reload()),
    },
  });
}

/** The precached shell holds nobody's data and stays; everything fetched for a person goes. */
async function forgetCaches(): Promise<void> {
  const names = await caches.keys();
  await Promise.all(names.filter((name) => !name.includes("precache")).map((name) => caches.delete(name)));
}
