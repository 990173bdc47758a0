import { IconCheck, IconClock, IconX } from "@tabler/icons-react";
import { useFormats } from "@/shared/i18n/formats";
import { hasText, useT } from "@/shared/i18n/i18n";
import { type Mark, markOf, missingOf, refusalsOf, type WhyNode } from "../model";
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
  const missing = missingOf(node);
  const notes = [
    node.target != null &&
      node.value != null &&
      t("why.value", { value: formats.number(node.value), target: formats.number(node.target) }),
    missing !== null && t("why.missing", { missing: formats.number(missing) }),
    node.window_ends && !node.met && t("why.windowEnds", { at: formats.dateTime(node.window_ends) }),
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
              <Line
                mark="cross"
                text={t("why.notCounted", { count })}
                note={hasText("achievements", `why.reason.${reason}`) ? t(`why.reason.${reason}`) : reason}
              />
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
