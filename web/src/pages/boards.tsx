import { useQuery } from "@tanstack/react-query";
import { createFileRoute } from "@tanstack/react-router";
import { meQuery } from "@/features/accounts/api";
import { type BoardsSearch, BoardsView } from "@/features/boards/ui/BoardsView";
import { useT } from "@/shared/i18n/i18n";
import { Page } from "@/shared/ui/Page";

const text = (value: unknown) => (typeof value === "string" ? value : undefined);

export const Route = createFileRoute("/boards")({
  validateSearch: (search): BoardsSearch => ({
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
  const search = Route.useSearch();
  return (
    <Page title={t("title")}>
      {me && (
        <BoardsView
          me={{ id: me.id, name: me.display_name || me.username, avatarUrl: me.avatar_url }}
          search={search}
          onSearch={(next) => navigate({ search: next, replace: true, resetScroll: false })}
        />
      )}
    </Page>
  );
}
