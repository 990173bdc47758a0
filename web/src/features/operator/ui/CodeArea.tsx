import { type KeyboardEvent, type RefObject, useRef } from "react";
import classes from "./CodeArea.module.css";

interface CodeAreaProps {
  label: string;
  hint: string;
  value: string;
  /** Lines with something wrong in them, 1-based. */
  wrong: ReadonlySet<number>;
  onChange: (value: string) => void;
  area: RefObject<HTMLTextAreaElement | null>;
  describedBy?: string;
}

/** A plain text area with line numbers. Tab indents; Esc and then Tab leaves, so that the keyboard is never caught. */
export function CodeArea({ label, hint, value, wrong, onChange, area, describedBy }: CodeAreaProps) {
  const leaving = useRef(false);
  const lines = value.split("\n").length;

  const onKeyDown = (event: KeyboardEvent<HTMLTextAreaElement>) => {
    if (event.key === "Escape") {
      leaving.current = true;
      return;
    }
    if (event.key === "Tab" && !event.shiftKey && !leaving.current) {
      event.preventDefault();
      const { selectionStart, selectionEnd } = event.currentTarget;
      event.currentTarget.setRangeText("  ", selectionStart, selectionEnd, "end");
      onChange(event.currentTarget.value);
    }
    if (event.key !== "Shift") leaving.current = false;
  };

  return (
    <label className={classes.field}>
      <span className={classes.label}>{label}</span>
      <span className={classes.hint}>{hint}</span>
      <span className={classes.box}>
        <span className={classes.numbers} aria-hidden="true">
          {Array.from({ length: lines }, (_, index) => index + 1).map((line) => (
            <span key={line} data-wrong={wrong.has(line) || undefined}>
              {line}
            </span>
          ))}
        </span>
        <textarea
          ref={area}
          className={classes.area}
          value={value}
          rows={Math.min(Math.max(lines, 12), 400)}
          wrap="off"
          spellCheck={false}
          autoCapitalize="off"
          autoCorrect="off"
          aria-invalid={wrong.size > 0}
          aria-describedby={describedBy}
          onKeyDown={onKeyDown}
          onChange={(event) => onChange(event.currentTarget.value)}
        />
      </span>
    </label>
  );
}
