import { Anchor } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useFormats } from "@/shared/i18n/formats";
import { useT } from "@/shared/i18n/i18n";
import { Await } from "@/shared/ui/Await";
import { Bar } from "@/shared/ui/Bar";
import { Section } from "@/shared/ui/Section";
import { RowsSkeleton } from "@/shared/ui/Skeletons";
import { progressQuery } from "../api";
import { captionOf, nameOf, nextOf, type Progress } from "../model";
import { captionText, ProgressBadge } from "./BadgeTile";
import classes from "./NextAchievements.module.css";

/** The unfinished badges that are nearest. */
export function NextAchievements({ userId, count = 3 }: { userId: number; count?: number }) {
  const t = useT("achievements");
  const progress = useQuery(progressQuery(userId));
  return (
    <Section
      title={t("next.title")}
      extra={<Anchor renderRoot={(props) => <Link to="/achievements" {...props} />}>{t("next.all")}</Anchor>}
    >
      <Await
        query={progress}
        skeleton={<RowsSkeleton count={count} height={72} lead={56} />}
        isEmpty={({ items }) => nextOf(items, 1).length === 0}
        empty={<p className={classes.done}>{t("next.done")}</p>}
      >
        {({ items }) => (
          <ul className={classes.list}>
            {nextOf(items, count).map((badge) => (
              <NextBadge key={badge.code} badge={badge} />
            ))}
          </ul>
        )}
      </Await>
    </Section>
  );
}

function NextBadge({ badge }: { badge: Progress }) {
  const t = useT("achievements");
  const formats = useFormats();
  const name = nameOf(badge) ?? t("closed.name");
  const caption = captionText(captionOf({ ...badge, state: "progress" }, new Date()), badge, t, formats);
  return (
    <li>
      <Link className={classes.row} to="/achievements" search={{ badge: badge.code }}>
        <ProgressBadge badge={badge} size={56} />
        <span className={classes.words}>
          <span className={classes.line}>
            <span className={classes.name}>{name}</span>
            <span className={classes.value}>{caption}</span>
          </span>
          <Bar share={badge.share} label={`${name}: ${caption}`} />
          {badge.description && <span className={classes.description}>{badge.description}</span>}
        </span>
      </Link>
    </li>
  );
}
