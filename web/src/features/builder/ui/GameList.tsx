import { Button } from "@mantine/core";
import { IconChevronRight, IconPlus } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useT } from "@/shared/i18n/i18n";
import { Await } from "@/shared/ui/Await";
import { Empty } from "@/shared/ui/Empty";
import { Section } from "@/shared/ui/Section";
import { RowsSkeleton } from "@/shared/ui/Skeletons";
import { type Game, gamesQuery } from "../api";
import { Cartridge } from "./Cartridge";
import classes from "./GameList.module.css";

/** All games of this builder. */
export function GameList({ onNew }: { onNew: () => void }) {
  const t = useT("builder");
  const games = useQuery(gamesQuery);
  return (
    <Section
      title={t("games.heading")}
      extra={games.data?.length ? t("games.count", { count: games.data.length }) : undefined}
    >
      <Await
        query={games}
        skeleton={<RowsSkeleton count={3} height={72} lead={44} />}
        isEmpty={(found) => found.length === 0}
        empty={
          <Empty
            title={t("games.emptyTitle")}
            figure={<Cartridge size={132} />}
            action={
              <Button onClick={onNew} leftSection={<IconPlus size={20} aria-hidden="true" />}>
                {t("games.new")}
              </Button>
            }
          >
            {t("games.empty")}
          </Empty>
        }
        small={false}
      >
        {(found) => (
          <ul className={classes.list}>
            {found.map((game) => (
              <li key={game.id}>
                <GameRow game={game} />
              </li>
            ))}
          </ul>
        )}
      </Await>
    </Section>
  );
}

function GameRow({ game }: { game: Game }) {
  const t = useT("builder");
  const notes = [
    game.name,
    t("games.players", { count: game.players }),
    t("games.keys", { count: game.live_keys }),
    ...(game.vouched ? [] : [t("games.capped")]),
  ];
  return (
    <Link to="/builder/$game" params={{ game: String(game.id) }} className={classes.row}>
      <span className={classes.mark} aria-hidden="true">
        {[...(game.title || game.name)][0]?.toUpperCase()}
      </span>
      <span className={classes.words}>
        <strong className={classes.title}>{game.title || game.name}</strong>
        <span className={classes.note}>{notes.join(" · ")}</span>
      </span>
      <IconChevronRight size={20} stroke={1.75} className={classes.end} aria-hidden="true" />
    </Link>
  );
}
