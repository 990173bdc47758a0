import { Button } from "@mantine/core";
import { IconAlertTriangle, IconCircleCheck, IconCircleX, IconRefresh } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { useFormats } from "@/shared/i18n/formats";
import { useT } from "@/shared/i18n/i18n";
import { Await } from "@/shared/ui/Await";
import { Section } from "@/shared/ui/Section";
import { RowsSkeleton, TilesSkeleton } from "@/shared/ui/Skeletons";
import { StatTile, StatTiles } from "@/shared/ui/StatTile";
import { type Health as Found, healthQuery, type Metrics, metricsQuery, type Part } from "../api";
import { type State, worstFirst } from "../model";
import classes from "./Health.module.css";
import { useAmounts } from "./useAmounts";

const ICONS = { ok: IconCircleCheck, strained: IconAlertTriangle, down: IconCircleX } as const;

/** Every part of the house: how it is, what that means, what to do. */
export function Health() {
  const health = useQuery(healthQuery);
  const metrics = useQuery(metricsQuery);
  return (
    <>
      <Await query={health} skeleton={<RowsSkeleton count={7} height={64} />} small={false}>
        {(found) => (
          <Parts
            found={found}
            checkedAt={health.dataUpdatedAt}
            busy={health.isFetching}
            onAgain={() => health.refetch()}
          />
        )}
      </Await>
      <Process query={metrics} />
    </>
  );
}

interface PartsProps {
  found: Found;
  checkedAt: number;
  busy: boolean;
  onAgain: () => void;
}

function Parts({ found, checkedAt, busy, onAgain }: PartsProps) {
  const t = useT("operator");
  const formats = useFormats();
  return (
    <section className={classes.parts} aria-label={t("tabs.health")}>
      <div className={classes.head} data-state={found.state}>
        <StateIcon state={found.state} size={32} />
        <div className={classes.words} role="status">
          <h2 className={classes.sum}>{t(`health.all.${found.state}`)}</h2>
          <span className={classes.note}>{t("health.checked", { when: formats.clock(checkedAt) })}</span>
        </div>
        <Button
          variant="default"
          loading={busy}
          onClick={onAgain}
          leftSection={<IconRefresh size={20} stroke={1.75} aria-hidden="true" />}
        >
          {t("health.again")}
        </Button>
      </div>
      <ul className={classes.list}>
        {worstFirst(found.parts).map((part) => (
          <PartRow key={part.part} data={part} />
        ))}
      </ul>
    </section>
  );
}

function PartRow({ data }: { data: Part }) {
  const t = useT("operator");
  const figures = useFigures(data.figures);
  return (
    <li className={classes.part} data-state={data.state}>
      <StateIcon state={data.state} size={24} />
      <div className={classes.words}>
        <span className={classes.title}>
          <strong>{data.title}</strong>
          {data.state !== "ok" && <span className={classes.state}>{t(`state.${data.state}`)}</span>}
        </span>
        <span>{data.summary}</span>
        {data.advice && (
          <p className={classes.advice}>
            <strong>{t("health.advice")}.</strong> {data.advice}
          </p>
        )}
        {figures.length > 0 && (
          <dl className={classes.figures}>
            {figures.map(([name, value]) => (
              <div key={name}>
                <dt>{name}</dt>
                <dd>{value}</dd>
              </div>
            ))}
          </dl>
        )}
      </div>
    </li>
  );
}

function StateIcon({ state, size }: { state: State; size: number }) {
  const t = useT("operator");
  const Icon = ICONS[state];
  return (
    <Icon size={size} stroke={1.75} className={classes.icon} data-state={state} aria-label={t(`state.${state}`)} />
  );
}

/** What the sentence above does not say already. */
const BYTES = ["bytes", "free", "total"] as const;

function useFigures(figures: Part["figures"]): [string, string][] {
  const t = useT("operator");
  const amounts = useAmounts();
  return BYTES.flatMap((name): [string, string][] => {
    const value = figures[name];
    return typeof value === "number" ? [[t(`health.figures.${name}`), amounts.bytes(value)]] : [];
  });
}

function Process({ query }: { query: ReturnType<typeof useQuery<Metrics>> }) {
  const t = useT("operator");
  return (
    <Section title={t("health.process")}>
      <Await query={query} skeleton={<TilesSkeleton count={4} />}>
        {(metrics) => <ProcessFigures metrics={metrics} />}
      </Await>
    </Section>
  );
}

function ProcessFigures({ metrics }: { metrics: Metrics }) {
  const t = useT("operator");
  const formats = useFormats();
  const amounts = useAmounts();
  const ms = (value: number | null) =>
    value === null ? t("health.over") : t("health.ms", { value: formats.number(value) });
  return (
    <>
      <StatTiles>
        <StatTile value={formats.number(metrics.requests)} label={t("health.requests")} />
        <StatTile value={formats.number(metrics.refusals)} label={t("health.refusals")} />
        <StatTile value={formats.number(metrics.failures)} label={t("health.failures")} />
        <StatTile value={amounts.bytes(metrics.memory_bytes)} label={t("health.memory")} />
        <StatTile value={amounts.span(metrics.uptime_seconds)} label={t("health.uptime")} />
      </StatTiles>
      <details className={classes.operations}>
        <summary>{t("health.operations")}</summary>
        {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard */}
        <section className={classes.scroll} tabIndex={0} aria-label={t("health.operations")}>
          <table className={classes.table}>
            <thead>
              <tr>
                <th scope="col">{t("health.operation")}</th>
                <th scope="col">{t("health.requests")}</th>
                <th scope="col">{t("health.failures")}</th>
                <th scope="col">{t("health.p50")}</th>
                <th scope="col">{t("health.p95")}</th>
                <th scope="col">{t("health.p99")}</th>
              </tr>
            </thead>
            <tbody>
              {metrics.operations.slice(0, 20).map((one) => (
                <tr key={one.operation}>
                  <th scope="row">{one.operation}</th>
                  <td>{formats.number(one.requests)}</td>
                  <td data-bad={one.failures > 0 || undefined}>{formats.number(one.failures)}</td>
                  <td>{ms(one.p50_ms)}</td>
                  <td>{ms(one.p95_ms)}</td>
                  <td>{ms(one.p99_ms)}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </section>
      </details>
    </>
  );
}
