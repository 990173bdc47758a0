import { language, useT } from "@/shared/i18n/i18n";
import { Chip } from "@/shared/ui/Chip";
import { type Scheme, setScheme, usePreferences } from "@/shared/ui/preferences";
import { Section } from "@/shared/ui/Section";
import { useSpeak } from "../api";
import classes from "./me.module.css";

const schemes: readonly Scheme[] = ["light", "dark", "auto"];

/** Theme of this device, language of this device and of our letters. */
export function Appearance() {
  const t = useT("accounts");
  const scheme = usePreferences((preferences) => preferences.scheme);
  const speak = useSpeak();
  return (
    <>
      <Section title={t("appearance.theme")}>
        <div className={classes.choice}>
          {schemes.map((one) => (
            <Chip key={one} chosen={scheme === one} onClick={() => setScheme(one)}>
              {t(`appearance.${one}`)}
            </Chip>
          ))}
        </div>
      </Section>
      <Section title={t("appearance.language")}>
        <div className={classes.choice}>
          <Chip chosen={language() === "ru"} onClick={() => speak("ru")}>
            Русский
          </Chip>
          <Chip chosen={language() === "en"} onClick={() => speak("en")}>
            English
          </Chip>
        </div>
      </Section>
    </>
  );
}
