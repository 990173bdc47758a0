import { Button } from "@mantine/core";
import { IconPlus } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { createFileRoute } from "@tanstack/react-router";
import { useState } from "react";
import { gamesQuery } from "@/features/builder/api";
import { GameList } from "@/features/builder/ui/GameList";
import { NewGame } from "@/features/builder/ui/NewGame";
import { useT } from "@/shared/i18n/i18n";
import { Page } from "@/shared/ui/Page";
import classes from "./builder.module.css";

export const Route = createFileRoute("/builder/")({
  loader: ({ context }) => context.queries.prefetchQuery(gamesQuery),
  component: Builder,
});

function Builder() {
  const t = useT("builder");
  const navigate = Route.useNavigate();
  const games = useQuery(gamesQuery);
  const [making, setMaking] = useState(false);
  return (
    <Page title={t("title")} back="/me" width="text">
      <p className={classes.lead}>{t("lead")}</p>
      <GameList onNew={() => setMaking(true)} />
      {games.data && games.data.length > 0 && (
        <div>
          <Button onClick={() => setMaking(true)} leftSection={<IconPlus size={20} aria-hidden="true" />}>
            {t("games.new")}
          </Button>
        </div>
      )}
      <NewGame
        opened={making}
        onClose={() => setMaking(false)}
        onMade={(game) => navigate({ to: "/builder/$game", params: { game: String(game) } })}
      />
    </Page>
  );
}
