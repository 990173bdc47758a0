import { IconAlertTriangle, IconBolt } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useFormats } from "@/shared/i18n/formats";
import { useT } from "@/shared/i18n/i18n";
import { useFollow } from "@/shared/live/live";
import { useConnection } from "@/shared/live/online";
import { Await } from "@/shared/ui/Await";
import { Chip } from "@/shared/ui/Chip";
import { Empty } from "@/shared/ui/Empty";
import { Section } from "@/shared/ui/Section";
import { RowsSkeleton } from "@/shared/ui/Skeletons";
import { type Game, logQuery } from "../api";
import { type LogFilter, type LogLine, lines } from "../log";
import { Code } from "./Code";
import classes from "./LiveLog.module.css";

const FILTERS: readonly LogFilter[] = ["all", "events", "refusals"];

/** What comes in and what is refused, as it happens. */
export function LiveLog({ game }: { game: Game }) {
  const t = useT("builder");
  useFollow(`app.${game.id}`);
  const live = useConnection(({ socket }) => socket === "open");
  const log = useQuery(logQuery(game.id));
  const [filter, setFilter] = useState<LogFilter>("all");
  return (
    <Section title={t("log.heading")} extra={live ? t("log.live") : t("log.polled")}>
      <Await
        query={log}
        skeleton={<RowsSkeleton count={5} height={52} />}
        isEmpty={(found) => found.events.length + found.refusals.length === 0}
        empty={<Empty title={t("log.emptyTitle")}>{t("log.empty")}</Empty>}
      >
        {(found) => {
          const shown = lines(found, filter);
          return (
            <>
              <fieldset className={classes.filters} aria-label={t("log.filter.label")}>
                {FILTERS.map((one) => (
                  <Chip key={one} chosen={filter === one} onClick={() => setFilter(one)}>
                    {t(`log.filter.${one}`)}
                  </Chip>
                ))}
              </fieldset>
              {shown.length === 0 && <p className={classes.none}>{t("log.noneOfKind")}</p>}
              <ol className={classes.log} aria-live="polite" aria-relevant="additions">
                {shown.map((line) => (
                  <Line key={line.key} line={line} />
                ))}
              </ol>
            </>
          );
        }}
      </Await>
    </Section>
  );
}

function Line({ line }: { line: LogLine }) {
  const t = useT("builder");
  const formats = useFormats();
  const time = (
    <time className={classes.time} dateTime={line.at} title={formats.dateTime(line.at)}>
      {formats.clock(line.at)}
    </time>
  );
  if (line.kind === "refusal") {
    return (
      <li className={classes.line} data-kind="refusal">
        <IconAlertTriangle size={20} stroke={1.75} className={classes.icon} aria-label={t("log.refusal")} />
        <div className={classes.words}>
          <Code>{line.refusal.code}</Code>
          <span className={classes.note}>{paramsText(line.refusal.params)}</span>
        </div>
        {time}
      </li>
    );
  }
  const { event } = line;
  return (
    <li className={classes.line}>
      <IconBolt size={20} stroke={1.75} className={classes.icon} aria-hidden="true" />
      <div className={classes.words}>
        <span>
          <Code>{event.event_type}</Code>
          {event.amount > 1 && ` × ${formats.number(event.amount)}`}
        </span>
        <span className={classes.note}>
          {t("log.player", { id: event.user_id })} · {t("log.points", { count: event.points })}
        </span>
      </div>
      {time}
    </li>
  );
}

function paramsText(params: Readonly<Record<string, unknown>>): string {
  return Object.entries(params)
    .map(([name, value]) => `${name}: ${typeof value === "string" ? value : JSON.stringify(value)}`)
    .join(", ");
}
