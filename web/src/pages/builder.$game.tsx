import { useMediaQuery } from "@mantine/hooks";
import { useQuery } from "@tanstack/react-query";
import { createFileRoute } from "@tanstack/react-router";
import { Suspense } from "react";
import { meQuery } from "@/features/accounts/api";
import { gamesQuery } from "@/features/builder/api";
import { Helper } from "@/features/builder/ui/Helper";
import { KeyList } from "@/features/builder/ui/KeyList";
import { LiveLog } from "@/features/builder/ui/LiveLog";
import { Voucher } from "@/features/builder/ui/Voucher";
import { useT } from "@/shared/i18n/i18n";
import { Await } from "@/shared/ui/Await";
import { Empty } from "@/shared/ui/Empty";
import { lazily } from "@/shared/ui/lazily";
import { Page } from "@/shared/ui/Page";
import { PageTabs } from "@/shared/ui/PageTabs";
import { RowsSkeleton } from "@/shared/ui/Skeletons";
import classes from "./builder.module.css";

// Forms with their selects come with their tabs; the page opens with keys and log.
const Console = lazily(
  () => import("@/features/builder/ui/Console"),
  (module) => module.Console,
);
const LinkPlayer = lazily(
  () => import("@/features/builder/ui/LinkPlayer"),
  (module) => module.LinkPlayer,
);
const TypeList = lazily(
  () => import("@/features/builder/ui/TypeList"),
  (module) => module.TypeList,
);

const TABS = ["keys", "types", "try", "players", "log"] as const;
type Tab = (typeof TABS)[number];

interface Search {
  tab?: Tab;
}

export const Route = createFileRoute("/builder/$game")({
  validateSearch: (search): Search => {
    const tab = TABS.find((one) => one === search.tab);
    return tab ? { tab } : {};
  },
  loader: ({ context }) => context.queries.prefetchQuery(gamesQuery),
  component: BuilderGame,
});

function BuilderGame() {
  const t = useT("builder");
  const id = Number(Route.useParams().game);
  const navigate = Route.useNavigate();
  const { tab: asked = "keys" } = Route.useSearch();
  // With room for a third pane the log stands beside whatever is being done; else it is a tab of its own.
  const roomy = useMediaQuery("(min-width: 75em)", undefined, { getInitialValueInEffect: false }) ?? false;
  const tab = roomy && asked === "log" ? "try" : asked;
  const games = useQuery(gamesQuery);
  const { data: me } = useQuery(meQuery);
  const game = games.data?.find((one) => one.id === id);
  const aside = game && (
    <>
      <LiveLog game={game} />
      <Helper game={game} />
    </>
  );
  return (
    <Page title={game ? game.title || game.name : t("title")} back="/builder" aside={roomy ? aside : undefined}>
      <Await query={games} skeleton={<RowsSkeleton count={4} />} small={false}>
        {() =>
          game && me ? (
            <>
              <Voucher game={game} />
              <PageTabs
                label={t("tabs.label")}
                tabs={TABS.filter((one) => !roomy || one !== "log").map((one) => ({
                  value: one,
                  label: t(`tabs.${one}`),
                }))}
                value={tab}
                onChange={(next) => navigate({ search: { tab: next }, replace: true })}
              >
                <div className={classes.panel}>
                  <Suspense fallback={<RowsSkeleton count={4} />}>
                    {tab === "keys" && <KeyList game={game} />}
                    {tab === "types" && <TypeList game={game} />}
                    {tab === "try" && <Console game={game} myId={me.id} />}
                    {tab === "players" && <LinkPlayer game={game} />}
                    {tab === "log" && aside}
                  </Suspense>
                </div>
              </PageTabs>
            </>
          ) : (
            <Empty title={t("games.noneTitle")}>{t("games.none")}</Empty>
          )
        }
      </Await>
    </Page>
  );
}
