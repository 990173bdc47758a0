import { createFileRoute } from "@tanstack/react-router";
import { useT } from "@/shared/i18n/i18n";
import { Egg } from "@/shared/ui/Egg";
import { Page } from "@/shared/ui/Page";
import { Scene } from "@/shared/ui/Scene";

export const Route = createFileRoute("/")({ component: Today });

function Today() {
  const t = useT("common");
  return (
    <Page title={t("nav.today")} scene={(extras) => <Scene top={extras} figure={<Egg size={190} breathing />} />}>
      <span />
    </Page>
  );
}
