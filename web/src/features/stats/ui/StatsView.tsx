import { useQueries, useQuery, useQueryClient } from "@tanstack/react-query";
import { type ReactNode, useEffect, useRef } from "react";
import { useFormats } from "@/shared/i18n/formats";
import { useT } from "@/shared/i18n/i18n";
import { Await } from "@/shared/ui/Await";
import { Egg } from "@/shared/ui/Egg";
import { Empty } from "@/shared/ui/Empty";
import { ErrorState } from "@/shared/ui/ErrorState";
import { Section } from "@/shared/ui/Section";
import { ChartSkeleton, RowsSkeleton, TilesSkeleton } from "@/shared/ui/Skeletons";
import { StatTile, StatTiles } from "@/shared/ui/StatTile";
import { heatmapQuery, keys, statsQuery } from "../api";
import { heatHalves, heatYears, type Stats, todayHere } from "../model";
import { Days } from "./Days";
import { Heatmap } from "./Heatmap";
import classes from "./StatsView.module.css";
import { TypeBars } from "./TypeBars";

interface StatsViewProps {
  userId: number;
  days: number;
  onDays: (days: number) => void;
  nameOf: (type: string) => string;
  /** Where an empty page leads. */
  connect: ReactNode;
}

/** A player's numbers: now, by type, by day, over the year. */
export function StatsView({ userId, days, onDays, nameOf, connect }: StatsViewProps) {
  const t = useT("stats");
  const stats = useQuery(statsQuery(userId));
  useFreshCharts(userId, stats.data?.total_score);
  return (
    <Await
      query={stats}
      small={false}
      skeleton={<StatsSkeleton />}
      isEmpty={(data) => data.last_activity === null}
      empty={
        <Empty title={t("empty.title")} figure={<Egg size={160} />} action={connect}>
          {t("empty.text")}
        </Empty>
      }
    >
      {(data) => (
        <div className={classes.parts}>
          <Now stats={data} />
          <Section title={t("types.title")}>
            <TypeBars byType={data.by_type} nameOf={nameOf} />
          </Section>
          <Days userId={userId} days={days} onDays={onDays} />
          <Year userId={userId} />
        </div>
      )}
    </Await>
  );
}

function Now({ stats }: { stats: Stats }) {
  const t = useT("stats");
  const formats = useFormats();
  return (
    <div>
      <StatTiles>
        <StatTile value={formats.number(stats.total_score)} label={t("now.score", { count: stats.total_score })} />
        <StatTile
          value={formats.number(stats.achievements_count)}
          label={t("now.achievements", { count: stats.achievements_count })}
        />
        <StatTile value={formats.number(stats.achievement_points)} label={t("now.achievementPoints")} />
      </StatTiles>
      {stats.last_activity && (
        <p className={classes.last}>{t("now.lastActivity", { ago: formats.ago(stats.last_activity) })}</p>
      )}
    </div>
  );
}

function Year({ userId }: { userId: number }) {
  const t = useT("stats");
  const formats = useFormats();
  const today = todayHere(new Date());
  const years = useQueries({ queries: heatYears(today).map((year) => heatmapQuery(userId, year)) });
  const days = years.flatMap((year) => year.data?.days ?? []);
  const failed = years.find((year) => year.isError && !year.data);
  const isHere = years.every((year) => year.data);
  const halves = heatHalves(days, today);
  const sum = halves.flatMap((half) => half.weeks.flat()).reduce((total, cell) => total + cell.count, 0);
  return (
    <Section title={t("heat.title")} extra={isHere && t("heat.sum", { count: sum, number: formats.number(sum) })}>
      {failed && <ErrorState error={failed.error} onRetry={() => failed.refetch()} small />}
      {!failed && !isHere && <ChartSkeleton height={232} />}
      {!failed && isHere && <Heatmap halves={halves} today={today} />}
    </Section>
  );
}

function StatsSkeleton() {
  return (
    <div className={classes.parts}>
      <TilesSkeleton count={4} />
      <RowsSkeleton count={3} height={48} lead={0} />
      <ChartSkeleton height={248} />
      <ChartSkeleton height={232} />
    </div>
  );
}

const CHARTS_AFTER_MS = 1_500;

/** The charts follow the live score, but not every single event: a game may send a hundred a second. */
function useFreshCharts(userId: number, score: number | undefined): void {
  const queries = useQueryClient();
  const drawn = useRef(score);
  useEffect(() => {
    if (score === undefined || score === drawn.current) return;
    const isFirst = drawn.current === undefined;
    const timer = setTimeout(
      () => {
        drawn.current = score;
        if (!isFirst) void queries.invalidateQueries({ queryKey: keys.charts(String(userId)) });
      },
      isFirst ? 0 : CHARTS_AFTER_MS,
    );
    return () => clearTimeout(timer);
  }, [queries, userId, score]);
}
