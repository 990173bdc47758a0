import { Title } from "@mantine/core";
import type { ReactNode } from "react";
import { useFormats } from "@/shared/i18n/formats";
import { useT } from "@/shared/i18n/i18n";
import { Egg } from "@/shared/ui/Egg";
import { Scene } from "@/shared/ui/Scene";
import type { Me } from "../api";
import { partOfDay } from "../model";
import classes from "./Greeting.module.css";

/** The first sight of a day: date, a word by the hour, and the egg that waits in its town. */
export function Greeting({ me, extras }: { me: Me; extras: ReactNode }) {
  const t = useT("accounts");
  const formats = useFormats();
  const now = new Date();
  return (
    <Scene
      figure={<Egg size={280} breathing />}
      top={
        <>
          <span className={classes.date}>
            {formats.weekday(now)}, <b>{formats.day(now)}</b>
          </span>
          <span className={classes.extras}>{extras}</span>
        </>
      }
    >
      <Title order={1} className={classes.title}>
        {t(`greeting.${partOfDay(now.getHours())}`, { name: me.display_name || me.username })}
      </Title>
      <p className={classes.text}>{t("greeting.egg")}</p>
    </Scene>
  );
}
