import { createFileRoute } from "@tanstack/react-router";
import { Confirm } from "@/features/accounts/ui/Confirm";

export const Route = createFileRoute("/confirm")({
  staticData: { open: true },
  validateSearch: (search): { token?: string } => ({
    token: search.token === undefined ? undefined : String(search.token),
  }),
  component: ConfirmPage,
});

function ConfirmPage() {
  return <Confirm kind="account" token={Route.useSearch().token ?? ""} />;
}
