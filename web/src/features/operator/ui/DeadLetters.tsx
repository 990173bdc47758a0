import { Button, Group } from "@mantine/core";
import { IconMailX, IconRepeat, IconTrash } from "@tabler/icons-react";
import { useInfiniteQuery, useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { errorText } from "@/shared/api/errors";
import { useFormats } from "@/shared/i18n/formats";
import { useT } from "@/shared/i18n/i18n";
import { CodeBlock } from "@/shared/ui/CodeBlock";
import { Confirm } from "@/shared/ui/Confirm";
import { Empty } from "@/shared/ui/Empty";
import { ErrorState } from "@/shared/ui/ErrorState";
import { RowsSkeleton } from "@/shared/ui/Skeletons";
import { toast } from "@/shared/ui/toasts";
import { type DeadLetter, discardLetter, lettersQuery, replayLetter } from "../api";
import classes from "./DeadLetters.module.css";
import { Lantern } from "./Lantern";

/** Facts that a consumer gave up on: look inside, send again, or let go. */
export function DeadLetters() {
  const t = useT("operator");
  const letters = useInfiniteQuery(lettersQuery);
  const [leaving, setLeaving] = useState<DeadLetter | null>(null);
  if (!letters.data) {
    return letters.isError ? (
      <ErrorState error={letters.error} onRetry={() => letters.refetch()} />
    ) : (
      <RowsSkeleton count={3} height={120} />
    );
  }
  const found = letters.data.pages.flatMap((page) => page.items);
  if (found.length === 0) {
    return (
      <Empty title={t("letters.emptyTitle")} figure={<Lantern size={132} />}>
        {t("letters.empty")}
      </Empty>
    );
  }
  return (
    <>
      <p className={classes.lead}>{t("letters.lead")}</p>
      <ul className={classes.list}>
        {found.map((letter) => (
          <Letter key={letter.id} data={letter} onDiscard={() => setLeaving(letter)} />
        ))}
      </ul>
      {letters.hasNextPage && (
        <Button variant="default" loading={letters.isFetchingNextPage} onClick={() => letters.fetchNextPage()}>
          {t("more")}
        </Button>
      )}
      {leaving && <Discard data={leaving} onDone={() => setLeaving(null)} />}
    </>
  );
}

function Letter({ data, onDiscard }: { data: DeadLetter; onDiscard: () => void }) {
  const t = useT("operator");
  const formats = useFormats();
  const replay = useMutation(replayLetter(useQueryClient()));
  const again = () =>
    replay.mutate(data.id, {
      onSuccess: () => toast({ text: t("letters.replayed"), tone: "good" }),
      onError: (error) => toast({ text: errorText(error), tone: "bad" }),
    });
  return (
    <li className={classes.letter}>
      <IconMailX size={22} stroke={1.75} className={classes.icon} aria-hidden="true" />
      <div className={classes.words}>
        <span className={classes.head}>
          <strong>{data.subject}</strong>
          <span className={classes.note}>
            {t("letters.consumer")} {data.consumer} · {formats.ago(data.at)}
          </span>
        </span>
        <code className={classes.error}>{data.error}</code>
        <details className={classes.payload}>
          <summary>{t("letters.payload")}</summary>
          <CodeBlock label={`${t("letters.payload")}: ${data.subject}`}>
            {typeof data.payload === "string" ? data.payload : JSON.stringify(data.payload, null, 2)}
          </CodeBlock>
        </details>
        <Group gap="xs" className={classes.actions}>
          <Button
            variant="default"
            loading={replay.isPending}
            onClick={again}
            leftSection={<IconRepeat size={20} stroke={1.75} aria-hidden="true" />}
          >
            {t("letters.replay")}
          </Button>
          <Button
            variant="subtle"
            className={classes.discard}
            onClick={onDiscard}
            leftSection={<IconTrash size={20} stroke={1.75} aria-hidden="true" />}
          >
            {t("letters.discard")}
          </Button>
        </Group>
      </div>
    </li>
  );
}

function Discard({ data, onDone }: { data: DeadLetter; onDone: () => void }) {
  const t = useT("operator");
  const discard = useMutation(discardLetter(useQueryClient()));
  const go = () =>
    discard.mutate(data.id, {
      onSuccess: () => toast({ text: t("letters.discarded"), tone: "good" }),
      onError: (error) => toast({ text: errorText(error), tone: "bad" }),
      onSettled: onDone,
    });
  return (
    <Confirm
      opened
      grave
      title={t("letters.discardHeading", { id: data.id })}
      yes={t("letters.discardYes")}
      no={t("letters.keep")}
      busy={discard.isPending}
      onYes={go}
      onNo={onDone}
    >
      {t("letters.discardText", { subject: data.subject, consumer: data.consumer })}
    </Confirm>
  );
}
