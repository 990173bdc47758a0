import { SegmentedControl } from "@mantine/core";
import "@mantine/core/styles/FloatingIndicator.layer.css";
import "@mantine/core/styles/SegmentedControl.layer.css";
import { useState } from "react";
import { useT } from "@/shared/i18n/i18n";
import { CodeBlock } from "@/shared/ui/CodeBlock";
import { Section } from "@/shared/ui/Section";
import {
  KEY_PLACEHOLDER,
  masked,
  type SampleEvent,
  SNIPPET_LANGUAGES,
  type SnippetLanguage,
  snippet,
} from "../snippets";
import classes from "./Console.module.css";

interface SnippetsProps {
  host: string;
  /** The key in this tab's memory, or an empty text. */
  heldKey: string;
  event: SampleEvent;
}

/** The same event as a terminal or a game would send it, with this server's own address. */
export function Snippets({ host, heldKey, event }: SnippetsProps) {
  const t = useT("builder");
  const [language, setLanguage] = useState<SnippetLanguage>("curl");
  const shown = heldKey ? masked(heldKey) : KEY_PLACEHOLDER;
  return (
    <Section title={t("snippets.heading")}>
      <SegmentedControl
        aria-label={t("snippets.label")}
        value={language}
        onChange={(next) => setLanguage(next as SnippetLanguage)}
        data={SNIPPET_LANGUAGES.map((value) => ({ value, label: t(`snippets.${value}`) }))}
      />
      <CodeBlock label={t(`snippets.${language}`)} copied={snippet(language, host, heldKey || KEY_PLACEHOLDER, event)}>
        {snippet(language, host, shown, event)}
      </CodeBlock>
      <p className={classes.lead}>{heldKey ? t("snippets.withKey") : t("snippets.withoutKey")}</p>
    </Section>
  );
}
