import { createFileRoute } from "@tanstack/react-router";
import { Reset } from "@/features/accounts/ui/Reset";

export const Route = createFileRoute("/reset")({
  staticData: { open: true },
  validateSearch: (search): { token?: string } => ({
    token: search.token === undefined ? undefined : String(search.token),
  }),
  component: ResetPage,
});

function ResetPage() {
  return <Reset token={Route.useSearch().token ?? ""} />;
}
