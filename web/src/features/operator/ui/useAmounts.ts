import { useFormats } from "@/shared/i18n/formats";
import { useT } from "@/shared/i18n/i18n";
import { bytes, span } from "../model";

interface Amounts {
  bytes(count: number): string;
  span(seconds: number): string;
}

/** Sizes and delays in the reader's language. */
export function useAmounts(): Amounts {
  const t = useT("operator");
  const formats = useFormats();
  const say = ({ value, unit }: { value: number; unit: string }) =>
    t(`units.${unit}`, { value: formats.number(value) });
  return { bytes: (count) => say(bytes(count)), span: (seconds) => say(span(seconds)) };
}
