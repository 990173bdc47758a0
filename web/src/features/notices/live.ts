import { language } from "@/shared/i18n/i18n";
import { family, type LiveFeature, livePart, type StreamPatch } from "@/shared/live/handlers";
import { toast } from "@/shared/ui/toasts";
import { type NoticeList, noticesKey } from "./api";
import { inLanguage, type LiveNotice, type Notice } from "./model";

/** New and changed notices go to their place in the first page or where they already stand; the bell's count is absolute. */
export function applyToNotices(list: NoticeList, patch: StreamPatch): NoticeList {
  const put = new Map(
    [...family<LiveNotice>(patch, "notice/").values()].map((notice) => [notice.id, inLanguage(notice, language())]),
  );
  const known = new Set(list.pages.flatMap((page) => page.items.map((notice) => notice.id)));
  const fresh = [...put.values()].filter((notice) => !known.has(notice.id));
  const count = patch.put.notices as { unread: number } | undefined;
  return {
    ...list,
    pages: list.pages.map((page, index) => ({
      ...page,
      unread: count?.unread ?? page.unread,
      items: [...(index === 0 ? newestFirst(fresh) : []), ...page.items.map((notice) => put.get(notice.id) ?? notice)],
    })),
  };
}

function newestFirst(notices: readonly Notice[]): readonly Notice[] {
  return notices.toSorted((one, other) => other.id - one.id);
}

/** Notices worth a toast: unread ones of this moment; unlocks are congratulated by their own feature. */
export function announced(patch: StreamPatch): readonly LiveNotice[] {
  if (patch.why === "notify.read") return [];
  return [...family<LiveNotice>(patch, "notice/").values()].filter(
    (notice) => notice.read_at === null && notice.kind !== "achievement_unlocked",
  );
}

export const noticesLive: LiveFeature = {
  parts: [
    livePart<NoticeList>({
      stream: "user",
      keys: ["notice/", "notices"],
      query: () => noticesKey,
      apply: applyToNotices,
    }),
  ],
  announce: (_, patch) => {
    for (const notice of announced(patch)) {
      const { title, text } = inLanguage(notice, language());
      toast({
        text: `${title}. ${text}`,
        tone: notice.kind === "level_reached" ? "good" : "plain",
        key: `notice.${notice.id}`,
      });
    }
  },
};
