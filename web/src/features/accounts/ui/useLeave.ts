import { useCallback } from "react";
import { errorText } from "@/shared/api/errors";
import { toast } from "@/shared/ui/toasts";
import { useSignOut } from "../api";

/** After goodbye nothing of the person may stay in memory: the page starts anew. */
export function restart(): void {
  window.location.assign("/sign-in");
}

export function useLeave(): () => void {
  const { mutate } = useSignOut();
  return useCallback(
    () => mutate(undefined, { onSuccess: restart, onError: (error) => toast({ text: errorText(error), tone: "bad" }) }),
    [mutate],
  );
}
