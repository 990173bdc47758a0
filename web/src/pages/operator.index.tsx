import { Button } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { createFileRoute, Link } from "@tanstack/react-router";
import { meQuery } from "@/features/accounts/api";
import { Accounts } from "@/features/operator/ui/Accounts";
import { DeadLetters } from "@/features/operator/ui/DeadLetters";
import { Games } from "@/features/operator/ui/Games";
import { Health } from "@/features/operator/ui/Health";
import { Queues } from "@/features/operator/ui/Queues";
import { Rules } from "@/features/operator/ui/Rules";
import { useT } from "@/shared/i18n/i18n";
import { Empty } from "@/shared/ui/Empty";
import { Page } from "@/shared/ui/Page";
import { PageTabs } from "@/shared/ui/PageTabs";
import classes from "./operator.module.css";

const TABS = ["health", "queues", "letters", "users", "games", "rules"] as const;
type Tab = (typeof TABS)[number];

interface Search {
  tab?: Tab;
}

export const Route = createFileRoute("/operator/")({
  validateSearch: (search): Search => {
    const tab = TABS.find((one) => one === search.tab);
    return tab ? { tab } : {};
  },
  component: Operator,
});

function Operator() {
  const t = useT("operator");
  const navigate = Route.useNavigate();
  const { tab = "health" } = Route.useSearch();
  const { data: me } = useQuery(meQuery);
  if (!me) return null;
  if (me.role !== "operator") return <Closed />;
  return (
    <Page title={t("title")} back="/me">
      <PageTabs
        label={t("tabs.label")}
        tabs={TABS.map((one) => ({ value: one, label: t(`tabs.${one}`) }))}
        value={tab}
        onChange={(next) => navigate({ search: { tab: next }, replace: true })}
      >
        <div className={classes.panel}>
          {tab === "health" && <Health />}
          {tab === "queues" && <Queues />}
          {tab === "letters" && <DeadLetters />}
          {tab === "users" && <Accounts myId={me.id} />}
          {tab === "games" && <Games />}
          {tab === "rules" && <Rules />}
        </div>
      </PageTabs>
    </Page>
  );
}

function Closed() {
  const t = useT("operator");
  return (
    <Page title={t("title")} back="/me">
      <Empty
        title={t("forbidden.title")}
        action={<Button renderRoot={(props) => <Link to="/" {...props} />}>{t("forbidden.home")}</Button>}
      >
        {t("forbidden.text")}
      </Empty>
    </Page>
  );
}
