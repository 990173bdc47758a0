import { ActionIcon } from "@mantine/core";
import { IconSearch, IconX } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { createFileRoute } from "@tanstack/react-router";
import { meQuery } from "@/features/accounts/api";
import { Wall } from "@/features/achievements/ui/Wall";
import { useT } from "@/shared/i18n/i18n";
import { Page } from "@/shared/ui/Page";

interface Search {
  /** Code of the badge whose sheet is open. */
  badge?: string;
  /** Present while the search line is shown, even when empty. */
  q?: string;
}

const text = (value: unknown) => (typeof value === "string" ? value : undefined);

export const Route = createFileRoute("/achievements")({
  validateSearch: (search): Search => ({ badge: text(search.badge), q: text(search.q) }),
  component: Achievements,
});

function Achievements() {
  const t = useT("achievements");
  const { data: me } = useQuery(meQuery);
  const { badge, q } = Route.useSearch();
  const navigate = Route.useNavigate();
  const searching = q !== undefined;
  return (
    <Page
      title={t("title")}
      actions={
        <ActionIcon
          aria-label={t(searching ? "search.close" : "search.open")}
          aria-expanded={searching}
          onClick={() => navigate({ search: { badge, q: searching ? undefined : "" }, replace: true })}
        >
          {searching ? <IconX size={22} stroke={1.75} /> : <IconSearch size={22} stroke={1.75} />}
        </ActionIcon>
      }
    >
      {me && (
        <Wall
          userId={me.id}
          opened={badge ?? null}
          onOpen={(code) => navigate({ search: { q, badge: code ?? undefined }, resetScroll: false })}
          query={q ?? ""}
          onQuery={
            searching ? (next) => navigate({ search: { badge, q: next }, replace: true, resetScroll: false }) : null
          }
        />
      )}
    </Page>
  );
}
