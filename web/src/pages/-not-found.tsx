import { Button } from "@mantine/core";
import { Link } from "@tanstack/react-router";
import { useT } from "@/shared/i18n/i18n";
import { BrokenLantern } from "@/shared/ui/BrokenLantern";
import { Empty } from "@/shared/ui/Empty";
import { Page } from "@/shared/ui/Page";

export function NotFound() {
  const t = useT("common");
  return (
    <Page title={t("notFound.title")}>
      <Empty
        figure={<BrokenLantern size={140} />}
        action={<Button renderRoot={(props) => <Link to="/" {...props} />}>{t("notFound.home")}</Button>}
      >
        {t("notFound.text")}
      </Empty>
    </Page>
  );
}
