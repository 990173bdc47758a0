import classes from "./Avatar.module.css";

interface AvatarProps {
  name: string;
  src?: string | null;
  size?: number;
}

/** A round picture, or the first letters of the name on a quiet ground; the name stands beside it, so it is not read twice. */
export function Avatar({ name, src, size = 48 }: AvatarProps) {
  return (
    <span className={classes.avatar} style={{ width: size, height: size, fontSize: size / 2.8 }} aria-hidden="true">
      {src ? <img src={src} alt="" width={size} height={size} loading="lazy" decoding="async" /> : initials(name)}
    </span>
  );
}

function initials(name: string): string {
  const words = name.trim().split(/\s+/).filter(Boolean);
  const letters =
    words.length > 1
      ? `${[...(words[0] ?? "")][0] ?? ""}${[...(words[1] ?? "")][0] ?? ""}`
      : ([...(words[0] ?? "Ω")][0] ?? "Ω");
  return letters.toUpperCase();
}
