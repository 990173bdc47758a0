import { IconAlertTriangle, IconCheck, IconStar } from "@tabler/icons-react";
import { useEffect, useState } from "react";
import classes from "./ToastArea.module.css";
import { dismissToast, type ToastBody, useToasts } from "./toasts";

const SHOWN_MS = 5_000;

/** One toast at a time, above the tab bar; it waits while somebody points at it or has focus in it. */
export function ToastArea() {
  const first = useToasts(({ waiting }) => waiting[0]);
  const [held, setHeld] = useState(false);

  useEffect(() => {
    if (!first || held) return;
    const timer = setTimeout(() => dismissToast(first.id), SHOWN_MS);
    return () => clearTimeout(timer);
  }, [first, held]);

  return (
    <div className={classes.area} role="status" aria-live="polite">
      {first && (
        // biome-ignore lint/a11y/noStaticElementInteractions: pointing only stops the clock
        <div
          key={first.id}
          className={classes.toast}
          onMouseEnter={() => setHeld(true)}
          onMouseLeave={() => setHeld(false)}
          onFocus={() => setHeld(true)}
          onBlur={() => setHeld(false)}
        >
          {first.figure ?? <ToneIcon tone={first.tone ?? "plain"} />}
          <span className={classes.text}>{first.text}</span>
          {first.action && (
            <button
              type="button"
              className={classes.action}
              onClick={() => {
                first.action?.run();
                dismissToast(first.id);
              }}
            >
              {first.action.label}
            </button>
          )}
        </div>
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
