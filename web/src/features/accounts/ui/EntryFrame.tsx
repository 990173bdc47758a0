import { ActionIcon, Title } from "@mantine/core";
import { useMediaQuery } from "@mantine/hooks";
import { IconLanguage, IconMoon, IconSun } from "@tabler/icons-react";
import { type ReactNode, useEffect } from "react";
import { language, setLanguage, useT } from "@/shared/i18n/i18n";
import { Egg } from "@/shared/ui/Egg";
import { setScheme, useDark } from "@/shared/ui/preferences";
import { Scene } from "@/shared/ui/Scene";
import classes from "./EntryFrame.module.css";

interface EntryFrameProps {
  title: string;
  text?: ReactNode;
  /** «Шаг 1 из 2» over the scene. */
  step?: string;
  /** Large sun, large egg: the moments between forms. */
  moment?: boolean;
  children?: ReactNode;
}

/** The door: a scene with the egg, and beside it (below it on a phone) one question at a time. */
export function EntryFrame({ title, text, step, moment = false, children }: EntryFrameProps) {
  const t = useT("accounts");
  const dark = useDark();
  const roomy = useMediaQuery("(min-width: 60em)", undefined, { getInitialValueInEffect: false }) ?? false;
  useEffect(() => {
    document.title = `${title} · Ωmenigen`;
  }, [title]);
  const size = roomy ? 340 : moment ? 190 : 108;
  return (
    <main className={classes.frame} id="content">
      <div className={classes.picture}>
        <Scene
          size={roomy ? "full" : moment ? "tall" : "low"}
          centred
          figure={<Egg size={size} breathing />}
          top={<span>{step}</span>}
        />
      </div>
      <div className={classes.form}>
        <div className={classes.tools}>
          <ActionIcon
            aria-label={t(language() === "ru" ? "entry.toEnglish" : "entry.toRussian")}
            onClick={() => setLanguage(language() === "ru" ? "en" : "ru")}
          >
            <IconLanguage size={22} stroke={1.75} />
          </ActionIcon>
          <ActionIcon
            aria-label={t(dark ? "entry.toLight" : "entry.toDark")}
            onClick={() => setScheme(dark ? "light" : "dark")}
          >
            {dark ? <IconSun size={22} stroke={1.75} /> : <IconMoon size={22} stroke={1.75} />}
          </ActionIcon>
        </div>
        <div className={classes.words}>
          <Title order={1}>{title}</Title>
          {text && <p className={classes.text}>{text}</p>}
        </div>
        {children}
      </div>
    </main>
  );
}
