import { Button } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { createFileRoute, Link } from "@tanstack/react-router";
import { meQuery } from "@/features/accounts/api";
import { eventTypeName } from "@/features/achievements/names";
import { RecentEvents } from "@/features/achievements/ui/RecentEvents";
import { StatsView } from "@/features/stats/ui/StatsView";
import { useT } from "@/shared/i18n/i18n";
import { Page } from "@/shared/ui/Page";

interface Search {
  /** How many days the chart shows. */
  days?: 7 | 30 | 90;
}

export const Route = createFileRoute("/stats")({
  validateSearch: (search): Search => ({ days: search.days === 7 || search.days === 90 ? search.days : undefined }),
  component: Stats,
});

function Stats() {
  const t = useT("stats");
  const { data: me } = useQuery(meQuery);
  const { days = 30 } = Route.useSearch();
  const navigate = Route.useNavigate();
  return (
    <Page title={t("title")} aside={me && <RecentEvents userId={me.id} title={t("lastEvents")} />}>
      {me && (
        <StatsView
          userId={me.id}
          days={days}
          onDays={(next) => navigate({ search: { days: next as Search["days"] }, replace: true, resetScroll: false })}
          nameOf={eventTypeName}
          connect={<Button renderRoot={(props) => <Link to="/builder" {...props} />}>{t("connect")}</Button>}
        />
      )}
    </Page>
  );
}
