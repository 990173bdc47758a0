import {
  IconBell,
  IconDeviceGamepad2,
  IconDevices,
  IconLogout,
  IconShieldLock,
  IconUserEdit,
} from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { createFileRoute, type LinkProps } from "@tanstack/react-router";
import { meQuery } from "@/features/accounts/api";
import { Appearance } from "@/features/accounts/ui/Appearance";
import { LinkList } from "@/features/accounts/ui/LinkList";
import { PersonCard } from "@/features/accounts/ui/PersonCard";
import { useLeave } from "@/features/accounts/ui/useLeave";
import { useT } from "@/shared/i18n/i18n";
import { InstallOffer } from "@/shared/ui/InstallOffer";
import { Page } from "@/shared/ui/Page";
import { Section } from "@/shared/ui/Section";
import { linkTo, mayOpen, places } from "./-nav";

export const Route = createFileRoute("/me/")({ component: MePage });

const icon = { size: 22, stroke: 1.75 } as const;

function MePage() {
  const t = useT("common");
  const words = useT("accounts");
  const { data: me } = useQuery(meQuery);
  const leave = useLeave();
  if (!me) return null;
  const others = places.filter((place) => !place.main && mayOpen(place, me.role));
  return (
    <Page title={t("nav.me")} width="text">
      <PersonCard me={me} />
      <Section title={words("me.account")}>
        <LinkList
          entries={[
            { icon: <IconUserEdit {...icon} />, label: t("nav.profile"), to: "/me/profile" },
            { icon: <IconDevices {...icon} />, label: t("nav.sessions"), to: "/me/sessions" },
            { icon: <IconShieldLock {...icon} />, label: words("me.security"), to: "/me/account" },
            { icon: <IconDeviceGamepad2 {...icon} />, label: words("me.games"), to: "/me/games" },
            { icon: <IconBell {...icon} />, label: t("nav.notices"), to: "/notices" as LinkProps["to"] },
          ]}
        />
      </Section>
      <Section title={words("me.places")}>
        <LinkList
          entries={others.map((place) => ({
            icon: <place.icon {...icon} />,
            label: t(`nav.${place.word}`),
            to: linkTo(place),
          }))}
        />
      </Section>
      <Appearance />
      <InstallOffer />
      <LinkList entries={[{ icon: <IconLogout {...icon} />, label: t("actions.signOut"), onClick: leave }]} />
    </Page>
  );
}
