import { Button, Title } from "@mantine/core";
import { IconCheck, IconRefresh } from "@tabler/icons-react";
import { useEffect, useState } from "react";
import { ApiError, errorText } from "../api/errors";
import { useT } from "../i18n/i18n";
import { BrokenLantern } from "./BrokenLantern";
import classes from "./Empty.module.css";

interface ErrorStateProps {
  error: unknown;
  onRetry?: () => void;
  /** What was not lost: «Три отметки целы, уйдут сами». */
  kept?: string;
  /** Without the drawing, for a part of a page. */
  small?: boolean;
  /** 1 where it stands for the whole page. */
  order?: 1 | 2;
}

/** What happened, what was kept, what to do; the code is for the operator. */
export function ErrorState({ error, onRetry, kept, small = false, order = 2 }: ErrorStateProps) {
  const t = useT("common");
  const wait = useWait(error);
  return (
    <div className={classes.empty} role="alert">
      {!small && (
        <div className={classes.figure}>
          <BrokenLantern size={140} />
        </div>
      )}
      <Title order={order} className={classes.title}>
        {error instanceof ApiError && error.status === 0 ? t("error.noAnswer") : t("error.title")}
      </Title>
      <p className={classes.text}>{errorText(error)}</p>
      {kept && (
        <p className={classes.kept}>
          <IconCheck size={18} aria-hidden="true" />
          {kept}
        </p>
      )}
      {onRetry && (
        <Button onClick={onRetry} disabled={wait > 0} leftSection={<IconRefresh size={20} aria-hidden="true" />}>
          {wait > 0 ? t("error.retryIn", { seconds: wait }) : t("error.retry")}
        </Button>
      )}
      {error instanceof ApiError && (
        <p className={classes.code}>
          {t("error.code", { code: error.trace ? `${error.code} · ${error.trace}` : error.code })}
        </p>
      )}
    </div>
  );
}

/** Counts down the seconds that the server asked to wait. */
function useWait(error: unknown): number {
  const asked = error instanceof ApiError ? (error.retryAfter ?? 0) : 0;
  const [left, setLeft] = useState(asked);
  useEffect(() => setLeft(asked), [asked]);
  useEffect(() => {
    if (left <= 0) return;
    const timer = setTimeout(() => setLeft(left - 1), 1_000);
    return () => clearTimeout(timer);
  }, [left]);
  return left;
}
