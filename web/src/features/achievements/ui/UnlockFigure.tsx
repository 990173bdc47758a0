import { useEffect, useState } from "react";
import { Badge } from "./Badge";

/** The unlocked badge beside its congratulation: it comes empty and fills before one's eyes. */
export function UnlockFigure({ shape, icon }: { shape: string; icon: string }) {
  const [share, setShare] = useState(0);
  useEffect(() => setShare(1), []);
  return <Badge shape={shape} icon={icon} state="progress" share={share} size={44} />;
}
