import { IconAlertTriangle, IconEar } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { useFormats } from "@/shared/i18n/formats";
import { useT } from "@/shared/i18n/i18n";
import { Await } from "@/shared/ui/Await";
import { Section } from "@/shared/ui/Section";
import { RowsSkeleton, TilesSkeleton } from "@/shared/ui/Skeletons";
import { StatTile, StatTiles } from "@/shared/ui/StatTile";
import { type ConsumerFigures, type Queues as Found, queuesQuery } from "../api";
import classes from "./Queues.module.css";
import { useAmounts } from "./useAmounts";

/** What waits: facts for the bus, facts for each consumer, marks for the judge. */
export function Queues() {
  const queues = useQuery(queuesQuery);
  return (
    <Await
      query={queues}
      skeleton={
        <>
          <TilesSkeleton count={3} />
          <RowsSkeleton count={8} />
        </>
      }
      small={false}
    >
      {(found) => <Figures found={found} />}
    </Await>
  );
}

function Figures({ found }: { found: Found }) {
  const t = useT("operator");
  const formats = useFormats();
  const amounts = useAmounts();
  return (
    <>
      <StatTiles>
        <StatTile value={formats.number(found.outbox.waiting)} label={t("queues.outbox")} />
        <StatTile value={formats.number(found.due)} label={t("queues.due")} />
        {found.streams.map((stream) => (
          <StatTile
            key={stream.name}
            value={formats.number(stream.messages)}
            label={t(`queues.stream.${stream.name}`, { size: amounts.bytes(stream.bytes), defaultValue: stream.name })}
          />
        ))}
      </StatTiles>
      <Section title={t("queues.consumers")} extra={formats.number(found.consumers.length)}>
        <ul className={classes.list}>
          {[...found.consumers].sort(busiestFirst).map((one) => (
            <ConsumerRow key={one.name} data={one} />
          ))}
        </ul>
      </Section>
    </>
  );
}

function ConsumerRow({ data }: { data: ConsumerFigures }) {
  const t = useT("operator");
  const formats = useFormats();
  const amounts = useAmounts();
  const Icon = data.listening ? IconEar : IconAlertTriangle;
  const figures: [string, string][] = [
    [t("queues.pending"), formats.number(data.pending)],
    [t("queues.unacknowledged"), formats.number(data.unacknowledged)],
    [t("queues.redelivered"), formats.number(data.redelivered)],
    [t("queues.lag"), data.lag > 0 ? amounts.span(data.lag) : t("queues.noLag")],
  ];
  return (
    <li className={classes.row} data-deaf={!data.listening || undefined}>
      <Icon
        size={22}
        stroke={1.75}
        className={classes.icon}
        aria-label={data.listening ? t("queues.listening") : t("queues.deaf")}
      />
      <div className={classes.words}>
        <span>
          {data.name}
          {!data.listening && <strong className={classes.deaf}> {t("queues.deaf")}</strong>}
        </span>
        <code className={classes.subject}>{data.subject}</code>
      </div>
      <dl className={classes.figures}>
        {figures.map(([name, value]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
    </li>
  );
}

function busiestFirst(a: ConsumerFigures, b: ConsumerFigures): number {
  return (
    Number(a.listening) - Number(b.listening) || b.lag - a.lag || b.pending - a.pending || a.name.localeCompare(b.name)
  );
}
