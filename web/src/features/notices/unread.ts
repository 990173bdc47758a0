import { useRef } from "react";
import type { Notice } from "./model";

/** Ids that were unread when this page first saw them: they keep their mark while it is open, though read meanwhile. */
export function useUnreadOnArrival(notices: readonly Notice[]): ReadonlySet<number> {
  const fresh = useRef(new Set<number>());
  for (const notice of notices) if (notice.read_at === null) fresh.current.add(notice.id);
  return fresh.current;
}
