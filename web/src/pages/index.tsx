import { useQuery } from "@tanstack/react-query";
import { createFileRoute } from "@tanstack/react-router";
import { Suspense } from "react";
import { meQuery } from "@/features/accounts/api";
import { FirstSteps } from "@/features/accounts/ui/FirstSteps";
import { Greeting } from "@/features/accounts/ui/Greeting";
import { eventsQuery } from "@/features/achievements/api";
import { hasPlayed } from "@/features/achievements/model";
import { RecentEvents } from "@/features/achievements/ui/RecentEvents";
import { useT } from "@/shared/i18n/i18n";
import { fetched, lazily } from "@/shared/ui/lazily";
import { Page } from "@/shared/ui/Page";
import { RowsSkeleton } from "@/shared/ui/Skeletons";

// The drawings of badges are the heaviest part of the page: they load beside it, and the scene does not wait for them.
const nextAchievements = fetched(() => import("@/features/achievements/ui/NextAchievements"));
const NextAchievements = lazily(
  () => nextAchievements,
  (module) => module.NextAchievements,
);

export const Route = createFileRoute("/")({ component: Today });

function Today() {
  const t = useT("common");
  const { data: me } = useQuery(meQuery);
  const newest = useQuery({ ...eventsQuery(me?.id ?? 0), enabled: me != null }).data;
  if (!me) return null;
  return (
    <Page
      title={t("nav.today")}
      scene={(extras) => <Greeting me={me} extras={extras} />}
      aside={<RecentEvents userId={me.id} />}
    >
      {newest && <FirstSteps me={me} played={hasPlayed(newest)} />}
      <Suspense fallback={<RowsSkeleton count={3} height={96} lead={56} />}>
        <NextAchievements userId={me.id} count={3} />
      </Suspense>
    </Page>
  );
}
