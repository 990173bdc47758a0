import { ScoreSummary } from "@/features/achievements/ui/ScoreSummary";
import { NoticeBell } from "@/features/notices/ui/NoticeBell";

/** In every page's header: the level, and the bell. */
export function Extras({ userId }: { userId: number }) {
  return (
    <>
      <ScoreSummary userId={userId} />
      <NoticeBell />
    </>
  );
}
