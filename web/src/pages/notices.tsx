import { createFileRoute } from "@tanstack/react-router";
import { NoticeList } from "@/features/notices/ui/NoticeList";
import { useT } from "@/shared/i18n/i18n";
import { Page } from "@/shared/ui/Page";

export const Route = createFileRoute("/notices")({ component: Notices });

function Notices() {
  const t = useT("notices");
  return (
    <Page title={t("title")} back="/">
      <NoticeList />
    </Page>
  );
}
