import { createFileRoute } from "@tanstack/react-router";
import { Sessions } from "@/features/accounts/ui/Sessions";
import { restart } from "@/features/accounts/ui/useLeave";
import { useT } from "@/shared/i18n/i18n";
import { Page } from "@/shared/ui/Page";

export const Route = createFileRoute("/me/sessions")({ component: SessionsPage });

function SessionsPage() {
  const t = useT("common");
  return (
    <Page title={t("nav.sessions")} back="/me" width="text">
      <Sessions onGone={restart} />
    </Page>
  );
}
