import { useQuery } from "@tanstack/react-query";
import { createFileRoute } from "@tanstack/react-router";
import { meQuery } from "@/features/accounts/api";
import { type BoardsSearch, BoardsView } from "@/features/boards/ui/BoardsView";
import { LeagueView } from "@/features/boards/ui/LeagueView";
import { useT } from "@/shared/i18n/i18n";
import { Page } from "@/shared/ui/Page";
import { PageTabs } from "@/shared/ui/PageTabs";

const VIEWS = ["boards", "league"] as const;
type View = (typeof VIEWS)[number];

interface Search extends BoardsSearch {
  readonly view?: View;
}

const text = (value: unknown) => (typeof value === "string" ? value : undefined);

export const Route = createFileRoute("/boards")({
  validateSearch: (search): Search => ({
    view: search.view === "league" ? "league" : undefined,
    board: text(search.board),
    window: text(search.window),
    near: search.near === true || undefined,
  }),
  component: Boards,
});

function Boards() {
  const t = useT("boards");
  const { data: me } = useQuery(meQuery);
  const navigate = Route.useNavigate();
  const { view = "boards", ...search } = Route.useSearch();
  if (!me) return null;
  return (
    <Page title={t("title")}>
      <PageTabs
        label={t("views.label")}
        tabs={VIEWS.map((one) => ({ value: one, label: t(`views.${one}`) }))}
        value={view}
        onChange={(next) =>
          navigate({ search: { ...search, view: next === "league" ? next : undefined }, replace: true })
        }
      >
        {view === "league" ? (
          <LeagueView />
        ) : (
          <BoardsView
            me={{ id: me.id, name: me.display_name || me.username, avatarUrl: me.avatar_url }}
            search={search}
            onSearch={(next) => navigate({ search: next, replace: true, resetScroll: false })}
          />
        )}
      </PageTabs>
    </Page>
  );
}
