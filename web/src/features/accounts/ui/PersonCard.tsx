import { useT } from "@/shared/i18n/i18n";
import { Avatar } from "@/shared/ui/Avatar";
import type { Me } from "../api";
import classes from "./me.module.css";

export function PersonCard({ me }: { me: Me }) {
  const t = useT("accounts");
  return (
    <div className={classes.person}>
      <Avatar name={me.display_name || me.username} src={me.avatar_url} size={72} />
      <div className={classes.names}>
        <span className={classes.name}>{me.display_name || me.username}</span>
        <p className={classes.note}>
          @{me.username}
          {me.role !== "player" && ` · ${t(`role.${me.role}`)}`}
        </p>
        {me.about && <p className={classes.about}>{me.about}</p>}
      </div>
    </div>
  );
}
