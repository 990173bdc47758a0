import { createFileRoute } from "@tanstack/react-router";
import { SignUp } from "@/features/accounts/ui/SignUp";

export const Route = createFileRoute("/sign-up")({ staticData: { open: true }, component: SignUpPage });

function SignUpPage() {
  const navigate = Route.useNavigate();
  return <SignUp onDone={(email) => navigate({ to: "/letter", search: { email, sent: true } })} />;
}
