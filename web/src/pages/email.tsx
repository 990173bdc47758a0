import { createFileRoute } from "@tanstack/react-router";
import { Confirm } from "@/features/accounts/ui/Confirm";

export const Route = createFileRoute("/email")({
  staticData: { open: true },
  validateSearch: (search): { token?: string } => ({
    token: search.token === undefined ? undefined : String(search.token),
  }),
  component: ConfirmPage,
});

function ConfirmPage() {
  return <Confirm kind="email" token={Route.useSearch().token ?? ""} />;
}
