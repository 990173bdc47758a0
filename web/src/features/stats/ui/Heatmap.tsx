import { UnstyledButton } from "@mantine/core";
import { type KeyboardEvent, useRef, useState } from "react";
import { formatsOf, useFormats } from "@/shared/i18n/formats";
import { language, useT } from "@/shared/i18n/i18n";
import { type HeatCell, type HeatHalf, monthRows, moveDay } from "../model";
import classes from "./Heatmap.module.css";

interface HeatmapProps {
  halves: readonly [HeatHalf, HeatHalf];
  today: string;
}

/**
 * A year of days in two half-years. One stop of Tab; arrows walk the days, a tap or a finger drawn over them chooses one.
 * The table below tells the same by month.
 */
export function Heatmap({ halves, today }: HeatmapProps) {
  const t = useT("stats");
  const [chosen, setChosen] = useState(today);
  const [asTable, setAsTable] = useState(false);
  const grid = useRef<HTMLDivElement>(null);
  const cells = halves.flatMap((half) => half.weeks.flat());
  const first = cells[0]?.day ?? today;
  const cell = cells.find((one) => one.day === chosen);

  const walk = (event: KeyboardEvent) => {
    const next = moveDay(chosen, event.key, first, today);
    if (next === chosen) return;
    event.preventDefault();
    setChosen(next);
    grid.current?.querySelector<HTMLElement>(`[data-day="${next}"]`)?.focus();
  };

  return (
    <div className={classes.heatmap}>
      {asTable ? (
        <MonthTable halves={halves} />
      ) : (
        // biome-ignore lint/a11y/noStaticElementInteractions: the keys and taps belong to the cells inside
        <div
          ref={grid}
          className={classes.halves}
          onKeyDown={walk}
          onPointerMove={(event) => event.buttons > 0 && setChosen(dayAt(event.clientX, event.clientY) ?? chosen)}
        >
          {halves.map((half, index) => (
            <Half
              // biome-ignore lint/suspicious/noArrayIndexKey: the first and the second half
              key={index}
              half={half}
              label={t(index === 0 ? "heat.earlier" : "heat.later")}
              chosen={chosen}
              onChoose={setChosen}
            />
          ))}
        </div>
      )}
      <div className={classes.foot}>
        <span className={classes.chosen} aria-live="polite">
          {!asTable && cell && <CellWords cell={cell} />}
        </span>
        {!asTable && <Legend />}
        <UnstyledButton className={classes.switch} onClick={() => setAsTable(!asTable)}>
          {t(asTable ? "heat.asPicture" : "heat.asTable")}
        </UnstyledButton>
      </div>
    </div>
  );
}

interface HalfProps {
  half: HeatHalf;
  label: string;
  chosen: string;
  onChoose: (day: string) => void;
}

const WEEKDAYS = [0, 1, 2, 3, 4, 5, 6];

function Half({ half, label, chosen, onChoose }: HalfProps) {
  return (
    <div className={classes.half}>
      <div className={classes.months} aria-hidden="true">
        {half.months.map(({ column, month }) => (
          <span key={month} style={{ gridColumn: column + 1 }}>
            {monthName(month)}
          </span>
        ))}
      </div>
      <div className={classes.weekdays} aria-hidden="true">
        {WEEKDAYS.map((weekday) => (
          <span key={weekday}>{weekday % 2 === 0 && weekday < 6 ? weekdayLetter(weekday) : ""}</span>
        ))}
      </div>
      {/* biome-ignore lint/a11y/useSemanticElements: rows of a table cannot share one CSS grid with its columns */}
      <div className={classes.grid} role="grid" aria-label={label}>
        {WEEKDAYS.map((weekday) => (
          // biome-ignore lint/a11y/useSemanticElements: as above
          // biome-ignore lint/a11y/useFocusableInteractive: focus goes to cells
          <div key={weekday} role="row" className={classes.row}>
            {half.weeks.map((week) => {
              const cell = week[weekday];
              return cell && <Day key={cell.day} cell={cell} isChosen={cell.day === chosen} onChoose={onChoose} />;
            })}
          </div>
        ))}
      </div>
    </div>
  );
}

function Day({ cell, isChosen, onChoose }: { cell: HeatCell; isChosen: boolean; onChoose: (day: string) => void }) {
  const t = useT("stats");
  const formats = useFormats();
  if (cell.ahead) {
    // biome-ignore lint/a11y/useSemanticElements: see the grid
    // biome-ignore lint/a11y/useFocusableInteractive: a day ahead holds nothing to go to
    return <span role="gridcell" className={classes.cell} data-ahead aria-label={t("heat.ahead")} />;
  }
  return (
    // biome-ignore lint/a11y/useSemanticElements: see the grid
    <button
      type="button"
      role="gridcell"
      className={classes.cell}
      data-day={cell.day}
      data-level={cell.level}
      aria-selected={isChosen}
      aria-label={t("heat.cell", { day: formats.day(noon(cell.day)), count: cell.count })}
      tabIndex={isChosen ? 0 : -1}
      onClick={() => onChoose(cell.day)}
      onFocus={() => onChoose(cell.day)}
    />
  );
}

function CellWords({ cell }: { cell: HeatCell }) {
  const t = useT("stats");
  const formats = useFormats();
  return (
    <>
      <b>{formats.day(noon(cell.day))}</b>: {t("heat.events", { count: cell.count })}
    </>
  );
}

function Legend() {
  const t = useT("stats");
  return (
    <span className={classes.legend} aria-hidden="true">
      {t("heat.less")}
      {[0, 1, 2, 3, 4].map((level) => (
        <span key={level} className={classes.cell} data-level={level} />
      ))}
      {t("heat.more")}
    </span>
  );
}

function MonthTable({ halves }: { halves: readonly HeatHalf[] }) {
  const t = useT("stats");
  const formats = useFormats();
  const month = new Intl.DateTimeFormat(language(), { month: "long", year: "numeric", timeZone: "UTC" });
  return (
    <table className={classes.table}>
      <thead>
        <tr>
          <th scope="col">{t("heat.month")}</th>
          <th scope="col">{t("heat.eventsColumn")}</th>
          <th scope="col">{t("heat.daysColumn")}</th>
        </tr>
      </thead>
      <tbody>
        {monthRows(halves).map((row) => (
          <tr key={row.month}>
            <th scope="row">{month.format(new Date(`${row.month}-15T12:00:00Z`))}</th>
            <td>{formats.number(row.count)}</td>
            <td>{formats.number(row.activeDays)}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

/** The day under a finger that is drawn over the grid. */
function dayAt(x: number, y: number): string | undefined {
  const under = document.elementFromPoint(x, y);
  return under instanceof HTMLElement ? under.dataset.day : undefined;
}

/** Noon keeps the calendar day whatever the device's zone. */
function noon(day: string): string {
  return `${day}T12:00:00`;
}

function monthName(month: number): string {
  const name = new Intl.DateTimeFormat(language(), { month: "short", timeZone: "UTC" }).format(
    new Date(Date.UTC(2026, month, 15)),
  );
  return name.slice(0, 3);
}

function weekdayLetter(weekday: number): string {
  const name = formatsOf(language()).weekday(new Date(2026, 0, 5 + weekday));
  return name.charAt(0);
}
