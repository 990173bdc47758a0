import { createFileRoute } from "@tanstack/react-router";
import { Letter } from "@/features/accounts/ui/Letter";

interface Search {
  email?: string;
  /** A letter is on its way already. */
  sent?: boolean;
}

export const Route = createFileRoute("/letter")({
  staticData: { open: true },
  validateSearch: (search): Search => ({
    email: typeof search.email === "string" ? search.email : undefined,
    sent: search.sent === true || undefined,
  }),
  component: LetterPage,
});

function LetterPage() {
  const { email, sent } = Route.useSearch();
  return <Letter email={email} sent={sent === true && email !== undefined} />;
}
