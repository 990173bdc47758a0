import { Spotlight, type SpotlightActionGroupData, spotlight } from "@mantine/spotlight";
import "@mantine/spotlight/styles.layer.css";
import { IconLanguage, IconLogout, IconMoon, IconSearch, IconSun, IconSunMoon } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { useEffect, useState } from "react";
import { meQuery, useSpeak } from "@/features/accounts/api";
import { useLeave } from "@/features/accounts/ui/useLeave";
import { useT } from "@/shared/i18n/i18n";
import { setScheme } from "@/shared/ui/preferences";
import { linkTo, mayOpen, places } from "./-nav";

const icon = { size: 22, stroke: 1.75 } as const;

/** Everything by keyboard: places to go and things to do. Its code comes with the first use. */
export function Palette({ asked }: { asked: number }) {
  const t = useT("common");
  const navigate = useNavigate();
  const { data: me } = useQuery(meQuery);
  const leave = useLeave();
  const speak = useSpeak();
  const [query, setQuery] = useState("");
  // biome-ignore lint/correctness/useExhaustiveDependencies: each asking opens it anew
  useEffect(() => {
    // Asked again before the last one has faded out: begin with an empty line.
    setQuery("");
    spotlight.open();
  }, [asked]);

  const groups: SpotlightActionGroupData[] = [
    {
      group: t("palette.pages"),
      actions: places
        .filter((place) => mayOpen(place, me?.role ?? "player"))
        .map(({ icon: Icon, ...place }) => ({
          id: place.to,
          label: t(`nav.${place.word}`),
          leftSection: <Icon {...icon} />,
          onClick: () => void navigate({ to: linkTo({ ...place, icon: Icon }) }),
        })),
    },
    {
      group: t("palette.actions"),
      actions: [
        {
          id: "light",
          label: t("actions.themeLight"),
          leftSection: <IconSun {...icon} />,
          onClick: () => setScheme("light"),
        },
        {
          id: "dark",
          label: t("actions.themeDark"),
          leftSection: <IconMoon {...icon} />,
          onClick: () => setScheme("dark"),
        },
        {
          id: "auto",
          label: t("actions.themeAuto"),
          leftSection: <IconSunMoon {...icon} />,
          onClick: () => setScheme("auto"),
        },
        {
          id: "ru",
          label: t("actions.languageRu"),
          leftSection: <IconLanguage {...icon} />,
          onClick: () => speak("ru"),
        },
        {
          id: "en",
          label: t("actions.languageEn"),
          leftSection: <IconLanguage {...icon} />,
          onClick: () => speak("en"),
        },
        {
          id: "sign-out",
          label: t("actions.signOut"),
          leftSection: <IconLogout {...icon} />,
          onClick: leave,
        },
      ],
    },
  ];
  return (
    <Spotlight
      actions={groups}
      query={query}
      onQueryChange={setQuery}
      shortcut={null}
      overlayProps={{ color: "var(--scrim)", backgroundOpacity: 1, blur: 0 }}
      transitionProps={{ duration: 150 }}
      nothingFound={t("palette.nothing")}
      highlightQuery
      scrollable
      maxHeight={420}
      searchProps={{
        placeholder: t("palette.placeholder"),
        "aria-label": t("palette.open"),
        leftSection: <IconSearch {...icon} />,
      }}
    />
  );
}
