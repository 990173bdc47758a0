import { createFileRoute } from "@tanstack/react-router";
import { Forgot } from "@/features/accounts/ui/Forgot";

export const Route = createFileRoute("/forgot")({ staticData: { open: true }, component: Forgot });
