import { Button } from "@mantine/core";
import { IconDownload } from "@tabler/icons-react";
import { useT } from "../i18n/i18n";
import { useInstall } from "./install";
import { Section } from "./Section";

/** Shown only where the browser can install the app and has not yet. */
export function InstallOffer() {
  const t = useT("common");
  const offer = useInstall((state) => state.offer);
  if (!offer) return null;
  const install = () => {
    useInstall.setState({ offer: null });
    void offer.prompt();
  };
  return (
    <Section title={t("install.title")}>
      <p>{t("install.text")}</p>
      <Button variant="default" leftSection={<IconDownload size={20} stroke={1.75} />} onClick={install}>
        {t("install.do")}
      </Button>
    </Section>
  );
}
