import { Button } from "@mantine/core";
import { IconCheck } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useState } from "react";
import { type Formats, useFormats } from "@/shared/i18n/formats";
import { useT } from "@/shared/i18n/i18n";
import { Await } from "@/shared/ui/Await";
import { Bar } from "@/shared/ui/Bar";
import { Sheet } from "@/shared/ui/Sheet";
import { RowsSkeleton } from "@/shared/ui/Skeletons";
import { whyQuery } from "../api";
import { type Explanation, isOnShelf, nameOf, type Progress } from "../model";
import classes from "./BadgeSheet.module.css";
import { ProgressBadge } from "./BadgeTile";
import { ShareBadge } from "./ShareBadge";
import { WhyTree } from "./WhyTree";

interface BadgeSheetProps {
  userId: number;
  /** Undefined: the sheet is closed. */
  badge: Progress | undefined;
  onClose: () => void;
}

/** One badge: how far it is, why, and one thing to do about it. */
export function BadgeSheet({ userId, badge, onClose }: BadgeSheetProps) {
  // The last badge stays drawn while the sheet slides away.
  const [last, setLast] = useState(badge);
  if (badge && badge !== last) setLast(badge);
  const shown = badge ?? last;
  return (
    <Sheet opened={badge !== undefined} onClose={onClose} title={shown && <Head badge={shown} />}>
      {shown && <Inside userId={userId} badge={shown} />}
    </Sheet>
  );
}

function Head({ badge }: { badge: Progress }) {
  const t = useT("achievements");
  const formats = useFormats();
  return (
    <span className={classes.head}>
      <ProgressBadge badge={badge} size={96} />
      <span className={classes.words}>
        <span className={classes.name}>{nameOf(badge) ?? t("closed.name")}</span>
        <span className={classes.standing}>{standing(badge, t, formats)}</span>
        {badge.rarity !== null && isOnShelf(badge) && (
          <span className={classes.rarity}>{t("sheet.rarity", { share: formats.percent(badge.rarity) })}</span>
        )}
      </span>
    </span>
  );
}

function standing(badge: Progress, t: ReturnType<typeof useT>, formats: Formats): string {
  const numbers = { value: formats.number(badge.value), target: formats.number(badge.target) };
  if (badge.state === "closed") return t("sheet.closed");
  if (!isOnShelf(badge)) return t("sheet.progress", numbers);
  const at = formats.day(badge.earned_at ?? new Date());
  if (badge.disputed) return t("sheet.disputed");
  if (badge.times > 1) return t("sheet.times", { at, count: badge.times });
  if (badge.tier < badge.tiers.length) return t("sheet.tier", { tier: badge.tier, of: badge.tiers.length, ...numbers });
  return t("sheet.earned", { at });
}

function Tiers({ badge }: { badge: Progress }) {
  const t = useT("achievements");
  const formats = useFormats();
  return (
    <ul className={classes.tiers} aria-label={t("sheet.tiers")}>
      {badge.tiers.map(({ tier, at, points, earned_at }) => (
        <li key={tier} data-reached={earned_at ? true : undefined}>
          {earned_at && <IconCheck size={16} role="img" aria-label={t("why.mark.tick")} />}
          <span>
            <b>{formats.number(at)}</b> · {t("sheet.points", { count: points })}
          </span>
        </li>
      ))}
    </ul>
  );
}

function Why({ answer }: { answer: Explanation }) {
  const t = useT("achievements");
  const formats = useFormats();
  return (
    <>
      {answer.disputed && <p className={classes.disputed}>{answer.disputed}</p>}
      <WhyTree tree={answer.tree} />
      {answer.resting && <p className={classes.forecast}>{t("sheet.resting")}</p>}
      {answer.expected_on && (
        <p className={classes.forecast}>{t("sheet.forecast", { at: formats.day(`${answer.expected_on}T12:00:00`) })}</p>
      )}
    </>
  );
}

function Inside({ userId, badge }: { userId: number; badge: Progress }) {
  const t = useT("achievements");
  const formats = useFormats();
  const why = useQuery(whyQuery(userId, badge.code));
  const done = isOnShelf(badge);
  return (
    <div className={classes.inside}>
      {badge.state !== "closed" && badge.share < 1 && (
        <Bar share={badge.share} label={t("sheet.bar", { value: badge.value, target: badge.target })} />
      )}
      {badge.description && <p className={classes.description}>{badge.description}</p>}
      {badge.tiers.length > 1 ? (
        <Tiers badge={badge} />
      ) : (
        <p className={classes.points}>{t("sheet.points", { count: badge.points })}</p>
      )}
      {badge.state !== "closed" && (
        <Await query={why} skeleton={<RowsSkeleton count={3} height={48} />}>
          {(answer) => <Why answer={answer} />}
        </Await>
      )}
      {done ? (
        <ShareBadge badge={badge} at={formats.day(badge.earned_at ?? new Date())} />
      ) : (
        <Button renderRoot={(props) => <Link to="/stats" {...props} />} fullWidth>
          {t("sheet.toStats")}
        </Button>
      )}
    </div>
  );
}
