import { ActionIcon, Tooltip } from "@mantine/core";
import "@mantine/core/styles/Tooltip.layer.css";
import { useClipboard } from "@mantine/hooks";
import { IconCheck, IconCopy } from "@tabler/icons-react";
import { useT } from "../i18n/i18n";
import classes from "./CodeBlock.module.css";

interface CodeBlockProps {
  /** What the block is, for those who hear it. */
  label: string;
  children: string;
  /** What is copied, where it differs from what is shown (a masked key). */
  copied?: string;
  tone?: "plain" | "bad";
  /** For one long word, like a key: seen whole without scrolling. */
  wrap?: boolean;
}

/** Text for machines: it scrolls inside itself and can be copied whole. */
export function CodeBlock({ label, children, copied, tone = "plain", wrap = false }: CodeBlockProps) {
  return (
    <div className={classes.block} data-tone={tone}>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard */}
      <section className={classes.code} data-wrap={wrap || undefined} tabIndex={0} aria-label={label}>
        <pre>{children}</pre>
      </section>
      <CopyButton text={copied ?? children} className={classes.copy} />
    </div>
  );
}

export function CopyButton({ text, className }: { text: string; className?: string }) {
  const t = useT("common");
  const clipboard = useClipboard({ timeout: 2_000 });
  const label = clipboard.copied ? t("copied") : t("copy");
  return (
    <Tooltip label={label}>
      <ActionIcon className={className} onClick={() => clipboard.copy(text)} aria-label={label}>
        {clipboard.copied ? <IconCheck size={20} stroke={1.75} /> : <IconCopy size={20} stroke={1.75} />}
      </ActionIcon>
    </Tooltip>
  );
}
