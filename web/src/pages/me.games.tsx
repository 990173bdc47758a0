import { createFileRoute } from "@tanstack/react-router";
import { LinkCode } from "@/features/accounts/ui/LinkCode";
import { useT } from "@/shared/i18n/i18n";
import { Page } from "@/shared/ui/Page";
import { Section } from "@/shared/ui/Section";

export const Route = createFileRoute("/me/games")({ component: GamesPage });

function GamesPage() {
  const t = useT("accounts");
  return (
    <Page title={t("me.games")} back="/me" width="text">
      <Section title={t("games.code")}>
        <p>{t("games.text")}</p>
        <LinkCode />
      </Section>
    </Page>
  );
}
