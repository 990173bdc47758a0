import { useFormats } from "@/shared/i18n/formats";
import { useT } from "@/shared/i18n/i18n";
import { typeBars } from "../model";
import classes from "./TypeBars.module.css";

interface TypeBarsProps {
  byType: Readonly<Record<string, number>>;
  /** Words for a type of event; a page knows them. */
  nameOf: (type: string) => string;
}

/** How often what happened: a bar, its name, its number; the bar alone tells nothing. */
export function TypeBars({ byType, nameOf }: TypeBarsProps) {
  const t = useT("stats");
  const formats = useFormats();
  return (
    <ul className={classes.bars}>
      {typeBars(byType).map(({ type, count, length, share }) => (
        <li key={type}>
          <span className={classes.words}>
            <span className={classes.name}>{nameOf(type)}</span>
            <span className={classes.numbers}>
              <b>{formats.number(count)}</b>{" "}
              <span className={classes.share}>{t("types.share", { share: formats.percent(share) })}</span>
            </span>
          </span>
          <span className={classes.track} aria-hidden="true">
            <span className={classes.bar} style={{ width: `${length * 100}%` }} />
          </span>
        </li>
      ))}
    </ul>
  );
}
