import { IconScale } from "@tabler/icons-react";
import { useT } from "@/shared/i18n/i18n";
import type { Game } from "../api";
import classes from "./Voucher.module.css";

/** What an owner should know before they wonder: how much their game's word is worth until the operator vouches for it. */
export function Voucher({ game }: { game: Game }) {
  const t = useT("builder");
  if (game.vouched) return null;
  return (
    <aside className={classes.note} aria-label={t("voucher.heading")}>
      <IconScale size={22} stroke={1.75} className={classes.icon} aria-hidden="true" />
      <div className={classes.words}>
        <strong>{t("voucher.heading")}</strong>
        <p className={classes.text}>{t("voucher.capped")}</p>
        <p className={classes.text}>{t("voucher.ask", { name: game.name })}</p>
      </div>
    </aside>
  );
}
