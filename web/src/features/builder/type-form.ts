/** The event type editor: text fields in, a body for the server out, or the field that is wrong. */

export interface TypeForm {
  readonly code: string;
  readonly nameRu: string;
  readonly nameEn: string;
  readonly points: string;
  readonly amountMax: string;
  readonly perHour: string;
  readonly client: boolean;
  readonly schema: string;
}

export interface TypeValues {
  readonly name: { readonly ru: string; readonly en: string };
  readonly points: number;
  readonly amount_max: number;
  readonly per_hour: number | null;
  readonly client_allowed: boolean;
  readonly schema: Record<string, unknown> | null;
}

export type FieldProblem = "codeBad" | "nameBad" | "numberBad" | "schemaBad";
export type TypeProblems = Partial<Record<keyof TypeForm, FieldProblem>>;

export const LIMITS = {
  points: [0, 100],
  amountMax: [1, 1_000_000_000_000],
  perHour: [1, 1_000_000],
} as const satisfies Partial<Record<keyof TypeForm, readonly [number, number]>>;

export const emptyForm: TypeForm = {
  code: "",
  nameRu: "",
  nameEn: "",
  points: "5",
  amountMax: "1",
  perHour: "",
  client: false,
  schema: "",
};

const CODE = /^[a-z][a-z0-9_.-]{0,63}$/;

export function readForm(form: TypeForm): { values: TypeValues } | { problems: TypeProblems } {
  const problems: TypeProblems = {};
  if (!CODE.test(form.code)) problems.code = "codeBad";
  if (form.nameRu.trim() === "") problems.nameRu = "nameBad";
  if (form.nameEn.trim() === "") problems.nameEn = "nameBad";
  const points = whole(form.points, LIMITS.points);
  if (points === null) problems.points = "numberBad";
  // A word from a player's device always counts once, whatever the field says.
  const amountMax = form.client ? 1 : whole(form.amountMax, LIMITS.amountMax);
  if (amountMax === null) problems.amountMax = "numberBad";
  const perHour = form.perHour.trim() === "" ? undefined : whole(form.perHour, LIMITS.perHour);
  if (perHour === null) problems.perHour = "numberBad";
  const schema = readSchema(form.schema);
  if (schema === undefined) problems.schema = "schemaBad";
  if (Object.keys(problems).length > 0 || points === null || amountMax === null || schema === undefined) {
    return { problems };
  }
  return {
    values: {
      name: { ru: form.nameRu.trim(), en: form.nameEn.trim() },
      points,
      amount_max: amountMax,
      per_hour: perHour ?? null,
      client_allowed: form.client,
      schema,
    },
  };
}

function whole(text: string, [min, max]: readonly [number, number]): number | null {
  if (!/^\d+$/.test(text.trim())) return null;
  const value = Number(text);
  return value >= min && value <= max ? value : null;
}

function readSchema(text: string): Record<string, unknown> | null | undefined {
  if (text.trim() === "") return null;
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null && !Array.isArray(value)
      ? (value as Record<string, unknown>)
      : undefined;
  } catch {
    return undefined;
  }
}
