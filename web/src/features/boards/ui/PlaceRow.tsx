import { useFormats } from "@/shared/i18n/formats";
import { useT } from "@/shared/i18n/i18n";
import { Avatar } from "@/shared/ui/Avatar";
import type { Place } from "../model";
import classes from "./PlaceRow.module.css";

/** One place: rank, picture, name, value; the first three ranks stand in small seals, mine is tinted. */
export function PlaceRow({ place }: { place: Place }) {
  const t = useT("boards");
  const formats = useFormats();
  const name = place.user.display_name || place.user.username;
  return (
    <li
      className={classes.place}
      data-me={place.me || undefined}
      data-gap={place.gap || undefined}
      aria-current={place.me || undefined}
    >
      <span className={classes.rank} data-rank={place.rank <= 3 ? place.rank : undefined}>
        {formats.number(place.rank)}
      </span>
      <Avatar name={name} src={place.user.avatar_url} size={40} />
      <span className={classes.words}>
        <span className={classes.name}>{name}</span>
        <span className={classes.note}>
          {place.me ? t("you") : `@${place.user.username}`}
          {place.tied && ` · ${t("tied")}`}
        </span>
      </span>
      <b className={classes.value}>{formats.number(place.value)}</b>
    </li>
  );
}
