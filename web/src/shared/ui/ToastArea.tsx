import { IconAlertTriangle, IconCheck, IconStar } from "@tabler/icons-react";
import { useEffect, useState } from "react";
import classes from "./ToastArea.module.css";
import { dismissToast, type ToastBody, useToasts } from "./toasts";

const SHOWN_MS = 5_000;

/**
 * One toast at a time, above the tab bar, or at the upper edge while a sheet has its buttons down there. It waits while a
 * mouse points at it or focus is in it; a tap sends it away.
 */
export function ToastArea() {
  const first = useToasts(({ waiting }) => waiting[0]);
  return (
    <div className={classes.area} role="status" aria-live="polite">
      {first && <Toast key={first.id} said={first} />}
    </div>
  );
}

function Toast({ said }: { said: ToastBody & { id: number } }) {
  const { id, text, tone = "plain", figure, action } = said;
  const [held, setHeld] = useState(false);

  useEffect(() => {
    if (held) return;
    const timer = setTimeout(() => dismissToast(id), SHOWN_MS);
    return () => clearTimeout(timer);
  }, [id, held]);

  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: pointing only stops the clock, a tap only hurries it
    // biome-ignore lint/a11y/useKeyWithClickEvents: as above
    <div
      className={classes.toast}
      onPointerMove={({ pointerType, movementX, movementY }) => {
        // A mouse that rests where the toast appeared does not point at it.
        if (pointerType === "mouse" && (movementX || movementY)) setHeld(true);
      }}
      onPointerLeave={() => setHeld(false)}
      onFocus={() => setHeld(true)}
      onBlur={() => setHeld(false)}
      onClick={() => dismissToast(id)}
    >
      {figure ?? <ToneIcon tone={tone} />}
      <span className={classes.text}>{text}</span>
      {action && (
        <button type="button" className={classes.action} onClick={() => action.run()}>
          {action.label}
        </button>
      )}
    </div>
  );
}

function ToneIcon({ tone }: { tone: NonNullable<ToastBody["tone"]> }) {
  if (tone === "good") return <IconCheck className={classes.icon} data-tone={tone} />;
  if (tone === "bad") return <IconAlertTriangle className={classes.icon} data-tone={tone} />;
  if (tone === "spark") return <IconStar className={classes.icon} data-tone={tone} />;
  return null;
}
