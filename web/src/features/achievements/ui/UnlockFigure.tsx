import { useQuery } from "@tanstack/react-query";
import { progressQuery } from "../api";
import { Badge } from "./Badge";

/** The unlocked badge beside its congratulation; the wall knows how it looks. */
export function UnlockFigure({ userId, code }: { userId: number; code: string }) {
  const { data } = useQuery(progressQuery(userId));
  const badge = data?.items.find((item) => item.code === code);
  return <Badge shape={badge?.shape ?? "circle"} icon={badge?.icon ?? "star"} state="earned" size={44} />;
}
