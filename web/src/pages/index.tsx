import { useQuery } from "@tanstack/react-query";
import { createFileRoute } from "@tanstack/react-router";
import { meQuery } from "@/features/accounts/api";
import { Greeting } from "@/features/accounts/ui/Greeting";
import { NextAchievements } from "@/features/achievements/ui/NextAchievements";
import { RecentEvents } from "@/features/achievements/ui/RecentEvents";
import { useT } from "@/shared/i18n/i18n";
import { Page } from "@/shared/ui/Page";

export const Route = createFileRoute("/")({ component: Today });

function Today() {
  const t = useT("common");
  const { data: me } = useQuery(meQuery);
  if (!me) return null;
  return (
    <Page
      title={t("nav.today")}
      scene={(extras) => <Greeting me={me} extras={extras} />}
      aside={<RecentEvents userId={me.id} />}
    >
      <NextAchievements userId={me.id} count={3} />
    </Page>
  );
}
