export type Strength = "none" | "short" | "weak" | "fair" | "strong";

/** The server's rule as well; said before it has to refuse. */
export const PASSWORD_MIN = 8;
const COMMON = /^(password|qwerty|пароль|йцукен|123456|111111|letmein|admin|omenigen)/i;

/** A hint while typing, not a gate: length and variety, less what an attacker would try first. */
export function strengthOf(password: string, known: readonly string[]): Strength {
  if (password === "") return "none";
  if (password.length < PASSWORD_MIN) return "short";
  const lower = password.toLowerCase();
  const parts = known.flatMap((word) => word.toLowerCase().split("@")).filter((word) => word.length > 3);
  if (COMMON.test(password) || parts.some((word) => lower.includes(word))) return "weak";
  const kinds = [/[a-zа-яё]/, /[A-ZА-ЯЁ]/, /\d/, /[^\p{L}\d]/u].filter((kind) => kind.test(password)).length;
  const variety = new Set(lower).size;
  if (variety < 5) return "weak";
  const bits = variety * 2 + password.length * (1 + kinds * 0.4);
  if (bits < 38) return "weak";
  return bits < 56 ? "fair" : "strong";
}

/** The server's shape: letters, digits and joints `_ . -` inside, 3 to 32. */
export function usernameTrouble(username: string): "short" | "long" | "signs" | null {
  const name = username.trim();
  if (name.length < 3) return "short";
  if (name.length > 32) return "long";
  return /^[\p{L}\d][\p{L}\p{M}\d_.-]*[\p{L}\p{M}\d]$/u.test(name) ? null : "signs";
}

export function emailTrouble(email: string): "shape" | null {
  return /^[^\s@]+@[^\s@]+$/.test(email.trim()) ? null : "shape";
}

/** The hour decides the greeting; the hour is the reader's own. */
export function partOfDay(hour: number): "night" | "morning" | "day" | "evening" {
  if (hour < 5) return "night";
  if (hour < 12) return "morning";
  return hour < 18 ? "day" : "evening";
}

/** A square part of a picture that is shown in a square window: all in the picture's own pixels. */
export interface Crop {
  x: number;
  y: number;
  side: number;
}

/** Where the crop lies when the window is `zoom` times in and its middle at (`cx`, `cy`) of the picture; never outside it. */
export function cropOf(width: number, height: number, zoom: number, cx: number, cy: number): Crop {
  const side = Math.min(width, height) / Math.max(1, zoom);
  const clamp = (value: number, most: number) => Math.min(Math.max(0, value), most);
  return { x: clamp(cx - side / 2, width - side), y: clamp(cy - side / 2, height - side), side };
}
