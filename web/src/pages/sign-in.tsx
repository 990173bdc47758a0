import { createFileRoute } from "@tanstack/react-router";
import { SignIn } from "@/features/accounts/ui/SignIn";

interface Search {
  /** Where to go afterwards: a path of ours. */
  next?: string;
}

export const Route = createFileRoute("/sign-in")({
  staticData: { open: true },
  validateSearch: (search): Search => ({ next: isOwnPath(search.next) ? search.next : undefined }),
  component: SignInPage,
});

function isOwnPath(value: unknown): value is string {
  return typeof value === "string" && /^\/(?![/\\])/.test(value);
}

function SignInPage() {
  const { next } = Route.useSearch();
  const navigate = Route.useNavigate();
  return <SignIn onDone={() => navigate({ href: next ?? "/" })} />;
}
