import { Bar, BarChart, ResponsiveContainer, Tooltip, XAxis, YAxis } from "recharts";
import { useFormats } from "@/shared/i18n/formats";
import { language, useT } from "@/shared/i18n/i18n";
import { eventsOf, type SeriesDay } from "../model";
import classes from "./DayChart.module.css";

const HEIGHT = 200;

/** Points by day. The picture is for the eye; the sum stands in words above it and the table says every number. */
export function DayChart({ days }: { days: readonly SeriesDay[] }) {
  const still = matchMedia("(prefers-reduced-motion: reduce)").matches;
  const short = new Intl.DateTimeFormat(language(), { day: "numeric", month: "short" });
  return (
    <div className={classes.chart} aria-hidden="true">
      <ResponsiveContainer width="100%" height={HEIGHT} minWidth={0}>
        <BarChart data={[...days]} margin={{ top: 8, right: 0, bottom: 0, left: 0 }} accessibilityLayer={false}>
          <XAxis
            dataKey="day"
            tickFormatter={(day: string) => short.format(new Date(`${day}T12:00:00`)).replace(".", "")}
            tickLine={false}
            axisLine={{ stroke: "var(--line)" }}
            tick={{ fill: "var(--ink2)", fontSize: 13 }}
            interval="preserveStartEnd"
            minTickGap={32}
          />
          <YAxis
            width={36}
            tickLine={false}
            axisLine={false}
            allowDecimals={false}
            tick={{ fill: "var(--ink2)", fontSize: 13 }}
            tickCount={4}
          />
          <Tooltip cursor={{ fill: "var(--sunk)" }} content={<DayTip />} isAnimationActive={false} />
          <Bar
            dataKey="points"
            fill="var(--viz)"
            radius={[3, 3, 0, 0]}
            isAnimationActive={!still}
            animationDuration={250}
          />
        </BarChart>
      </ResponsiveContainer>
    </div>
  );
}

function DayTip({ payload }: { payload?: readonly { payload?: SeriesDay }[] }) {
  const t = useT("stats");
  const formats = useFormats();
  const day = payload?.[0]?.payload;
  if (!day) return null;
  return (
    <div className={classes.tip}>
      <b>{formats.day(`${day.day}T12:00:00`)}</b>
      <span>{t("days.points", { count: day.points, number: formats.number(day.points) })}</span>
      <span>{t("heat.events", { count: eventsOf(day) })}</span>
    </div>
  );
}
