import "@mantine/core/styles/FloatingIndicator.layer.css";
import "@mantine/core/styles/SegmentedControl.layer.css";
import { SegmentedControl, UnstyledButton } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { Suspense, useState } from "react";
import { useFormats } from "@/shared/i18n/formats";
import { useT } from "@/shared/i18n/i18n";
import { Await } from "@/shared/ui/Await";
import { lazily } from "@/shared/ui/lazily";
import { Section } from "@/shared/ui/Section";
import { ChartSkeleton } from "@/shared/ui/Skeletons";
import { seriesQuery } from "../api";
import { eventsOf, type SeriesDay, sumOf } from "../model";
import classes from "./Days.module.css";
import heat from "./Heatmap.module.css";

const DayChart = lazily(
  () => import("./DayChart"),
  (module) => module.DayChart,
);

export const RANGES = [7, 30, 90] as const;

interface DaysProps {
  userId: number;
  days: number;
  onDays: (days: number) => void;
}

/** Points by day over a week, a month or a season. */
export function Days({ userId, days, onDays }: DaysProps) {
  const t = useT("stats");
  const series = useQuery(seriesQuery(userId, days));
  return (
    <Section title={t("days.title")}>
      <SegmentedControl
        aria-label={t("days.range")}
        value={String(days)}
        onChange={(value) => onDays(Number(value))}
        data={RANGES.map((range) => ({ value: String(range), label: t("days.last", { count: range }) }))}
        fullWidth
        size="md"
      />
      <Await query={series} skeleton={<ChartSkeleton height={248} />}>
        {(answer) => <Chart days={answer.days} />}
      </Await>
    </Section>
  );
}

function Chart({ days }: { days: readonly SeriesDay[] }) {
  const t = useT("stats");
  const formats = useFormats();
  const [asTable, setAsTable] = useState(false);
  const { points, activeDays, best } = sumOf(days);
  if (points === 0 && activeDays === 0) return <p className={classes.quiet}>{t("days.quiet")}</p>;
  return (
    <>
      <p className={classes.sum}>
        <b>{t("days.points", { count: points, number: formats.number(points) })}</b>,{" "}
        {t("days.active", { count: activeDays })}
        {best &&
          `, ${t("days.best", { day: formats.day(`${best.day}T12:00:00`), points: formats.number(best.points) })}`}
      </p>
      {asTable ? (
        <DayTable days={days} />
      ) : (
        <Suspense fallback={<ChartSkeleton height={200} />}>
          <DayChart days={days} />
        </Suspense>
      )}
      <UnstyledButton className={classes.switch} onClick={() => setAsTable(!asTable)}>
        {t(asTable ? "heat.asPicture" : "heat.asTable")}
      </UnstyledButton>
    </>
  );
}

function DayTable({ days }: { days: readonly SeriesDay[] }) {
  const t = useT("stats");
  const formats = useFormats();
  return (
    <table className={heat.table}>
      <thead>
        <tr>
          <th scope="col">{t("days.day")}</th>
          <th scope="col">{t("heat.eventsColumn")}</th>
          <th scope="col">{t("days.pointsColumn")}</th>
        </tr>
      </thead>
      <tbody>
        {days
          .filter((day) => eventsOf(day) > 0)
          .toReversed()
          .map((day) => (
            <tr key={day.day}>
              <th scope="row">{formats.day(`${day.day}T12:00:00`)}</th>
              <td>{formats.number(eventsOf(day))}</td>
              <td>{formats.number(day.points)}</td>
            </tr>
          ))}
      </tbody>
    </table>
  );
}
