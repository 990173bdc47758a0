/** What the rules editor knows about the text in it; whether the rule is right, only the server says. */

export interface RuleProblem {
  /** 1-based; 0 where the server could not point at a line. */
  readonly line: number;
  readonly reason: string;
  /** The server's sentence in the reader's language. */
  readonly text: string;
}

/** The problems that a refusal of a rule carries, in the order of their lines; others carry none. */
export function problemsOf(params: Readonly<Record<string, unknown>>): RuleProblem[] {
  const { problems } = params;
  if (!Array.isArray(problems)) return [];
  return problems.flatMap(readProblem).sort((a, b) => a.line - b.line);
}

/** Where a line begins and ends in a text: what to select when a problem is pressed. */
export function rangeOfLine(text: string, line: number): readonly [number, number] {
  const lines = text.split("\n");
  const index = Math.min(Math.max(line, 1), lines.length) - 1;
  const start = lines.slice(0, index).reduce((sum, one) => sum + one.length + 1, 0);
  return [start, start + (lines[index]?.length ?? 0)];
}

function readProblem(raw: unknown): RuleProblem[] {
  if (typeof raw !== "object" || raw === null) return [];
  const { line, reason, text } = raw as Record<string, unknown>;
  if (typeof reason !== "string") return [];
  return [
    {
      line: typeof line === "number" ? line : 0,
      reason,
      text: typeof text === "string" ? text : reason,
    },
  ];
}
