import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useFormats } from "@/shared/i18n/formats";
import { useT } from "@/shared/i18n/i18n";
import { Ring } from "@/shared/ui/Ring";
import { Block } from "@/shared/ui/Skeletons";
import { scoreQuery } from "../api";
import { levelOf } from "../model";
import classes from "./ScoreSummary.module.css";

interface ScoreSummaryProps {
  userId: number;
  /** Also say in words what is missing to the next level. */
  long?: boolean;
}

/** The level in a ring of 36 and the experience inside it; information, not the goal. */
export function ScoreSummary({ userId, long = false }: ScoreSummaryProps) {
  const t = useT("achievements");
  const formats = useFormats();
  const { data: score } = useQuery(scoreQuery(userId));
  if (!score) return <Block width={36} height={36} round />;
  const { level, done, size, share, missing } = levelOf(score);
  return (
    <span className={classes.summary}>
      <Link className={classes.ring} to="/stats">
        <Ring
          share={share}
          size={36}
          label={t("level.ring", { level, done: formats.number(done), size: formats.number(size) })}
        >
          <b className={classes.level}>{level}</b>
        </Ring>
        <span className={classes.numbers} aria-hidden="true">
          <b>{formats.number(done)}</b> / {formats.number(size)}
        </span>
      </Link>
      {long && <span className={classes.missing}>{t("level.missing", { level: level + 1, count: missing })}</span>}
    </span>
  );
}
