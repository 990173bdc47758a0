import { Button } from "@mantine/core";
import { IconKey, IconPlus } from "@tabler/icons-react";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { errorText } from "@/shared/api/errors";
import { useFormats } from "@/shared/i18n/formats";
import { useT } from "@/shared/i18n/i18n";
import { Await } from "@/shared/ui/Await";
import { Confirm } from "@/shared/ui/Confirm";
import { Empty } from "@/shared/ui/Empty";
import { Section } from "@/shared/ui/Section";
import { RowsSkeleton } from "@/shared/ui/Skeletons";
import { toast } from "@/shared/ui/toasts";
import { type Game, type Key, keysQuery, revokeKey } from "../api";
import { dropKey } from "../keyring";
import { keyState, liveFirst, MAX_LIVE_KEYS } from "../keys";
import classes from "./KeyList.module.css";
import { NewKey } from "./NewKey";

/** A game's keys: what each may do, and the way to end one. */
export function KeyList({ game }: { game: Game }) {
  const t = useT("builder");
  const keys = useQuery(keysQuery(game.id));
  const [making, setMaking] = useState(false);
  const [ending, setEnding] = useState<Key | null>(null);
  const live = (keys.data ?? []).filter((key) => keyState(key, new Date()) === "live").length;
  const full = live >= MAX_LIVE_KEYS;
  const add = (
    <Button onClick={() => setMaking(true)} leftSection={<IconPlus size={20} aria-hidden="true" />} disabled={full}>
      {t("keys.new")}
    </Button>
  );
  return (
    <Section title={t("keys.heading")}>
      <p className={classes.rule}>{t("keys.rule")}</p>
      <Await
        query={keys}
        skeleton={<RowsSkeleton count={2} height={88} />}
        isEmpty={(found) => found.length === 0}
        empty={
          <Empty title={t("keys.emptyTitle")} action={add}>
            {t("keys.empty")}
          </Empty>
        }
      >
        {(found) => (
          <>
            <ul className={classes.list}>
              {liveFirst(found, new Date()).map((key) => (
                <KeyRow key={key.id} data={key} onRevoke={() => setEnding(key)} />
              ))}
            </ul>
            <div className={classes.add}>{add}</div>
          </>
        )}
      </Await>
      <NewKey opened={making} game={game} onClose={() => setMaking(false)} />
      {ending && <Revoke game={game} data={ending} onDone={() => setEnding(null)} />}
    </Section>
  );
}

function KeyRow({ data, onRevoke }: { data: Key; onRevoke: () => void }) {
  const t = useT("builder");
  const formats = useFormats();
  const state = keyState(data, new Date());
  const notes = [
    t("keys.made", { when: formats.ago(data.created_at) }),
    data.last_used_at ? t("keys.used", { when: formats.ago(data.last_used_at) }) : t("keys.unused"),
    data.expires_at ? t("keys.expires", { when: formats.day(data.expires_at) }) : t("keys.forever"),
    t("keys.rate", { count: data.rate }),
  ];
  return (
    <li className={classes.row} data-state={state}>
      <IconKey size={22} stroke={1.75} className={classes.icon} aria-hidden="true" />
      <div className={classes.words}>
        <span className={classes.head}>
          <code className={classes.prefix} data-state={state}>
            {data.prefix}…
          </code>
          <span className={classes.state} data-state={state}>
            {t(`keys.state.${state}`)}
          </span>
        </span>
        <span className={classes.note}>
          {data.scopes.map((scope) => t(`scopes.${scope}.name`, { nsSeparator: false })).join(", ")}
        </span>
        <span className={classes.note}>
          {data.types ? t("keys.onlyTypes", { types: data.types.join(", ") }) : t("keys.anyType")}
        </span>
        <span className={classes.note}>{notes.join(" · ")}</span>
      </div>
      {state === "live" && (
        <Button
          variant="subtle"
          size="compact-md"
          className={classes.revoke}
          onClick={onRevoke}
          aria-label={`${t("keys.revoke")}: ${data.prefix}`}
        >
          {t("keys.revoke")}
        </Button>
      )}
    </li>
  );
}

function Revoke({ game, data, onDone }: { game: Game; data: Key; onDone: () => void }) {
  const t = useT("builder");
  const revoke = useMutation(revokeKey(useQueryClient(), game.id));
  const confirm = () =>
    revoke.mutate(data.id, {
      onSuccess: () => {
        dropKey(game.id);
        toast({ text: t("keys.revoked"), tone: "good" });
        onDone();
      },
      onError: (error) => toast({ text: errorText(error), tone: "bad" }),
    });
  return (
    <Confirm
      opened
      grave
      title={t("keys.revokeHeading", { prefix: data.prefix })}
      yes={t("keys.revokeYes")}
      no={t("keys.keep")}
      busy={revoke.isPending}
      onYes={confirm}
      onNo={onDone}
    >
      {t("keys.revokeText")}
    </Confirm>
  );
}
