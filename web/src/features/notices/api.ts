import { type InfiniteData, infiniteQueryOptions, type QueryClient } from "@tanstack/react-query";
import { api, unwrap } from "@/shared/api/client";
import type { NoticePage } from "./model";

const PAGE = 30;

export const noticesKey = ["notices"] as const;

/** Notices, newest first; the first page is kept fresh by the live stream. */
export const noticesQuery = infiniteQueryOptions({
  queryKey: noticesKey,
  queryFn: ({ pageParam, signal }) =>
    unwrap(api.GET("/api/v1/notices", { params: { query: { limit: PAGE, before: pageParam } }, signal })),
  initialPageParam: undefined as number | undefined,
  getNextPageParam: (page: NoticePage) => page.next ?? undefined,
});

export type NoticeList = InfiniteData<NoticePage, number | undefined>;

/** Tell the server that everything up to a notice was seen, and show it at once. */
export async function readUpTo(queries: QueryClient, upTo: number): Promise<void> {
  const at = new Date().toISOString();
  const before = queries.getQueryData<NoticeList>(noticesKey);
  queries.setQueryData<NoticeList>(noticesKey, (list) => list && markRead(list, upTo, at));
  try {
    await unwrap(api.POST("/api/v1/notices/read", { body: { up_to: upTo } }));
  } catch (cause) {
    queries.setQueryData(noticesKey, before);
    throw cause;
  }
}

export function markRead(list: NoticeList, upTo: number, at: string): NoticeList {
  const read = list.pages.flatMap((page) => page.items).filter((notice) => notice.id <= upTo && !notice.read_at).length;
  return {
    ...list,
    pages: list.pages.map((page) => ({
      ...page,
      unread: Math.max(0, page.unread - read),
      items: page.items.map((notice) => (notice.id <= upTo && !notice.read_at ? { ...notice, read_at: at } : notice)),
    })),
  };
}
