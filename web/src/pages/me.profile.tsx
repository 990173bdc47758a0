import { useQuery } from "@tanstack/react-query";
import { createFileRoute } from "@tanstack/react-router";
import { meQuery } from "@/features/accounts/api";
import { ProfileForm } from "@/features/accounts/ui/ProfileForm";
import { useT } from "@/shared/i18n/i18n";
import { Page } from "@/shared/ui/Page";

export const Route = createFileRoute("/me/profile")({ component: ProfilePage });

function ProfilePage() {
  const t = useT("common");
  const { data: me } = useQuery(meQuery);
  return (
    <Page title={t("nav.profile")} back="/me" width="text">
      {me && <ProfileForm me={me} />}
    </Page>
  );
}
