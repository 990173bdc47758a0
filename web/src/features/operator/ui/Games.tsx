import { Button } from "@mantine/core";
import { useInfiniteQuery, useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { errorText } from "@/shared/api/errors";
import { useFormats } from "@/shared/i18n/formats";
import { useT } from "@/shared/i18n/i18n";
import { Confirm } from "@/shared/ui/Confirm";
import { Empty } from "@/shared/ui/Empty";
import { ErrorState } from "@/shared/ui/ErrorState";
import { RowsSkeleton } from "@/shared/ui/Skeletons";
import { toast } from "@/shared/ui/toasts";
import { gamesQuery, type PlayersGame, setVoucher } from "../games";
import classes from "./Games.module.css";
import { Lantern } from "./Lantern";

/** Games that send events: whose they are, how much they say, and whether the house stands up for them. */
export function Games() {
  const t = useT("operator");
  const games = useInfiniteQuery(gamesQuery);
  const [asked, setAsked] = useState<PlayersGame | null>(null);
  if (!games.data) {
    return games.isError ? (
      <ErrorState error={games.error} onRetry={() => games.refetch()} />
    ) : (
      <RowsSkeleton count={5} height={88} lead={0} />
    );
  }
  const found = games.data.pages.flatMap((page) => page.items);
  if (found.length === 0) {
    return (
      <Empty title={t("games.emptyTitle")} figure={<Lantern size={132} />}>
        {t("games.empty")}
      </Empty>
    );
  }
  return (
    <>
      <p className={classes.lead}>{t("games.lead")}</p>
      <ul className={classes.list}>
        {found.map((game) => (
          <GameRow key={game.id} game={game} onAsk={() => setAsked(game)} />
        ))}
      </ul>
      {games.hasNextPage && (
        <Button
          variant="default"
          loading={games.isFetchingNextPage}
          onClick={() => games.fetchNextPage()}
          className={classes.more}
        >
          {t("more")}
        </Button>
      )}
      {asked && <Voucher game={asked} onDone={() => setAsked(null)} />}
    </>
  );
}

function GameRow({ game, onAsk }: { game: PlayersGame; onAsk: () => void }) {
  const t = useT("operator");
  const formats = useFormats();
  const notes = [
    game.owner ? t("games.owner", { name: game.owner.username }) : t("games.house"),
    t(`games.trust.${game.trust}`),
    t("games.keys", { count: game.live_keys }),
    t("games.players", { count: game.players, players: formats.number(game.players) }),
    t("games.events", { count: game.events_last_day, events: formats.number(game.events_last_day) }),
  ];
  const title = game.title || game.name;
  return (
    <li className={classes.row}>
      <div className={classes.words}>
        <span className={classes.head}>
          <strong>{title}</strong>
          {title !== game.name && <span className={classes.note}>{game.name}</span>}
          <span className={classes.state} data-vouched={game.vouched || undefined}>
            {t(game.vouched ? "games.vouched" : "games.capped")}
          </span>
        </span>
        <span className={classes.note}>{notes.join(" · ")}</span>
      </div>
      <Button
        variant="default"
        onClick={onAsk}
        aria-label={t(game.vouched ? "games.takeBackOf" : "games.vouchFor", { name: title })}
        className={classes.act}
      >
        {t(game.vouched ? "games.takeBack" : "games.vouch")}
      </Button>
    </li>
  );
}

function Voucher({ game, onDone }: { game: PlayersGame; onDone: () => void }) {
  const t = useT("operator");
  const change = useMutation(setVoucher(useQueryClient()));
  const name = game.title || game.name;
  const wanted = !game.vouched;
  const save = () =>
    change.mutate(
      { id: game.id, vouched: wanted },
      {
        onSuccess: () => {
          toast({ text: t(wanted ? "games.vouchedNow" : "games.takenBack", { name }), tone: "good" });
          onDone();
        },
        onError: (error) => toast({ text: errorText(error), tone: "bad" }),
      },
    );
  return (
    <Confirm
      opened
      busy={change.isPending}
      title={t(wanted ? "games.vouchHeading" : "games.takeBackHeading", { name })}
      yes={t(wanted ? "games.vouchYes" : "games.takeBackYes")}
      no={t("games.keep")}
      onYes={save}
      onNo={onDone}
    >
      {t(wanted ? "games.vouchText" : "games.takeBackText")}
    </Confirm>
  );
}
