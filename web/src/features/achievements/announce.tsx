import { Suspense } from "react";
import { language, translate } from "@/shared/i18n/i18n";
import { lazily } from "@/shared/ui/lazily";
import { toast } from "@/shared/ui/toasts";
import { type Celebration, celebrate, type LiveUnlock } from "./model";

// The drawings are large; they come with the first unlock, not with the first page.
const UnlockFigure = lazily(
  () => import("./ui/UnlockFigure"),
  (module) => module.UnlockFigure,
);

const held = new Map<string, Celebration>();

/** Congratulate on the open page; what comes within ten seconds joins the same toast. */
export function announceUnlocks(userId: string, unlocks: readonly LiveUnlock[]): void {
  const celebration = celebrate(held.get(userId) ?? null, unlocks, Date.now());
  if (!celebration) return;
  held.set(userId, celebration);
  const names = celebration.unlocks.map((unlock) => unlock.name[language()] ?? unlock.code);
  const last = celebration.unlocks.at(-1);
  toast({
    key: `unlock.${userId}`,
    tone: "good",
    text: translate("achievements", "toast", { count: names.length, names: names.join(", ") }),
    figure: last && (
      <Suspense>
        <UnlockFigure key={last.code} shape={last.shape ?? "circle"} icon={last.icon ?? "star"} />
      </Suspense>
    ),
  });
}
