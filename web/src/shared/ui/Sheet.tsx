import { Suspense, useState } from "react";
import { lazily } from "./lazily";
import type { SheetProps } from "./SheetBody";

// The largest part of the kit, and most visits open no sheet.
const SheetBody = lazily(
  () => import("./SheetBody"),
  (module) => module.SheetBody,
);

/** From below on a phone, in the middle on a desktop; focus is held, Esc, the scrim and a drag close it. */
export function Sheet(props: SheetProps) {
  const [used, setUsed] = useState(props.opened);
  if (props.opened && !used) setUsed(true);
  return used ? (
    <Suspense>
      <SheetBody {...props} />
    </Suspense>
  ) : null;
}
