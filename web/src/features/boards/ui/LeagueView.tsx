import { useQuery } from "@tanstack/react-query";
import { useFormats } from "@/shared/i18n/formats";
import { useT } from "@/shared/i18n/i18n";
import { Await } from "@/shared/ui/Await";
import { Egg } from "@/shared/ui/Egg";
import { Empty } from "@/shared/ui/Empty";
import { RowsSkeleton } from "@/shared/ui/Skeletons";
import { leagueQuery } from "../api";
import { daysLeft, type League, leagueState, missingToNext, placesOf } from "../model";
import classes from "./LeagueView.module.css";
import { ListMe } from "./ListMe";
import { PlaceRow } from "./PlaceRow";

/** This week among fifty who did about as much last week: nobody is last, for who has not begun is not listed. */
export function LeagueView() {
  const league = useQuery(leagueQuery);
  return (
    <Await query={league} small={false} skeleton={<RowsSkeleton count={8} height={60} lead={32} />}>
      {(data) => (
        <div className={classes.view}>
          <Week league={data} />
          <Members league={data} />
          <ListMe />
        </div>
      )}
    </Await>
  );
}

function Week({ league }: { league: League }) {
  const t = useT("boards");
  const formats = useFormats();
  const days = daysLeft(league.last_day);
  const notes = [
    days > 0 ? t("league.days", { count: days }) : t("league.over"),
    `${formats.day(league.first_day)} – ${formats.day(league.last_day)}`,
    ...(league.size === null ? [] : [t("league.size", { count: league.size })]),
  ];
  return (
    <header className={classes.week}>
      <p className={classes.lead}>{t("league.lead")}</p>
      <p className={classes.hint}>{notes.join(" · ")}</p>
    </header>
  );
}

function Members({ league }: { league: League }) {
  const t = useT("boards");
  const formats = useFormats();
  const state = leagueState(league);
  if (state === "next" || state === "none") {
    return (
      <Empty title={t(`league.${state}.title`)} figure={<Egg size={140} />}>
        {t(`league.${state}.text`, { day: formats.day(league.ends_at) })}
      </Empty>
    );
  }
  const missing = missingToNext(league.rows);
  return (
    <>
      {league.rows.length > 0 && (
        <ol className={classes.list} aria-label={t("league.members")}>
          {placesOf(league.rows).map((place) => (
            <PlaceRow key={place.user.id} place={place} />
          ))}
        </ol>
      )}
      {state === "waiting" && <p className={classes.hint}>{t("league.waiting")}</p>}
      {missing !== null && (
        <p className={classes.missing}>{t("missing", { count: missing, points: formats.number(missing) })}</p>
      )}
      <p className={classes.hint}>{t("updated", { ago: formats.ago(league.updated_at) })}</p>
    </>
  );
}
