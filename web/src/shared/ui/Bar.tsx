import classes from "./Bar.module.css";

interface BarProps {
  /** 0…1. */
  share: number;
  label: string;
  /** 8 for progress, 14 for a day. */
  height?: number;
  tone?: "viz" | "amber";
  /** Dither in the rest: it then reads as free, not as missing. */
  spare?: boolean;
}

export function Bar({ share, label, height = 8, tone = "viz", spare = false }: BarProps) {
  const percent = Math.round(Math.min(1, Math.max(0, share)) * 100);
  return (
    <div
      className={classes.bar}
      style={{ height }}
      role="progressbar"
      aria-label={label}
      aria-valuenow={percent}
      aria-valuemin={0}
      aria-valuemax={100}
      data-spare={spare || undefined}
    >
      <div className={classes.value} data-tone={tone} style={{ width: `${percent}%` }} />
    </div>
  );
}
