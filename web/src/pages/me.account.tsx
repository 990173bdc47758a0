import { useQuery } from "@tanstack/react-query";
import { createFileRoute } from "@tanstack/react-router";
import { meQuery } from "@/features/accounts/api";
import { AccountForms } from "@/features/accounts/ui/AccountForms";
import { restart } from "@/features/accounts/ui/useLeave";
import { useT } from "@/shared/i18n/i18n";
import { Page } from "@/shared/ui/Page";

export const Route = createFileRoute("/me/account")({ component: AccountPage });

function AccountPage() {
  const t = useT("accounts");
  const { data: me } = useQuery(meQuery);
  return (
    <Page title={t("me.security")} back="/me" width="text">
      {me && <AccountForms me={me} onGone={restart} />}
    </Page>
  );
}
