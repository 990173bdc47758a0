import { IconCheck, IconClock, IconX } from "@tabler/icons-react";
import { type Formats, useFormats } from "@/shared/i18n/formats";
import { useT } from "@/shared/i18n/i18n";
import { freezesOf, type Mark, markOf, refusalsOf, type WhyNode } from "../model";
import classes from "./WhyTree.module.css";

/** The conditions of an achievement: what holds, what is still going on, what did not count and why. */
export function WhyTree({ tree }: { tree: WhyNode }) {
  return (
    <ul className={classes.tree}>
      <Condition node={tree} />
    </ul>
  );
}

function Condition({ node }: { node: WhyNode }) {
  const t = useT("achievements");
  const formats = useFormats();
  const { value, target, missing, window_ends: ends } = node;
  const freezes = node.met ? null : freezesOf(node);
  const notes = [
    value !== null && target !== null && target > 1 && t("why.value", numbers(value, target, formats)),
    missing !== null && value !== 0 && t("why.missing", { missing: formats.number(missing) }),
    freezes !== null && t("why.freezes", { count: freezes }),
    ends && !node.met && t("why.windowEnds", { at: formats.dateTime(ends) }),
    value === null && node.events.length > 0 && t("why.events", { count: node.events.length }),
  ].filter(Boolean);
  return (
    <li className={classes.node}>
      <Line mark={markOf(node)} text={node.text} note={notes.join(" · ")} />
      {(node.children.length > 0 || node.refused.length > 0) && (
        <ul className={classes.children}>
          {node.children.map((child, index) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: conditions have no identity but their place
            <Condition key={index} node={child} />
          ))}
          {refusalsOf(node).map(({ reason, count }) => (
            <li key={reason} className={classes.node}>
              <Line mark="cross" text={t("why.notCounted", { count })} note={t(`why.reason.${reason}`)} />
            </li>
          ))}
        </ul>
      )}
    </li>
  );
}

function Line({ mark, text, note }: { mark: Mark; text: string; note: string }) {
  const t = useT("achievements");
  return (
    <div className={classes.line}>
      <span className={classes.mark} data-mark={mark} role="img" aria-label={t(`why.mark.${mark}`)}>
        {mark === "tick" && <IconCheck size={20} stroke={2} aria-hidden="true" />}
        {mark === "clock" && <IconClock size={20} stroke={1.75} aria-hidden="true" />}
        {mark === "cross" && <IconX size={20} stroke={2} aria-hidden="true" />}
      </span>
      <span>
        <span className={classes.text}>{text}</span>
        {note && <span className={classes.note}>{note}</span>}
      </span>
    </div>
  );
}

function numbers(value: number, target: number, formats: Formats) {
  return { value: formats.number(value), target: formats.number(target) };
}
