import { Button, Group } from "@mantine/core";
import { IconDeviceFloppy, IconFlask } from "@tabler/icons-react";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useId, useRef, useState } from "react";
import { ApiError, errorText } from "@/shared/api/errors";
import { useT } from "@/shared/i18n/i18n";
import { toast } from "@/shared/ui/toasts";
import { type Rule, saveRule, tryRule } from "../api";
import { asText, SAMPLE } from "../rules";
import { problemsOf, type RuleProblem, rangeOfLine } from "../yaml";
import { CodeArea } from "./CodeArea";
import { DryRunResult } from "./DryRunResult";
import classes from "./RuleEditor.module.css";
import { RuleLife } from "./RuleLife";

interface RuleEditorProps {
  /** null writes a new one. */
  rule: Rule | null;
  onMade: (code: string) => void;
}

/** A rule's text with the server's own checks, a dry run, and the rule's life: draft, live, retired. */
export function RuleEditor({ rule, onMade }: RuleEditorProps) {
  const t = useT("operator");
  const kept = rule ? asText(rule.body) : "";
  const [text, setText] = useState(rule ? kept : SAMPLE);
  const area = useRef<HTMLTextAreaElement>(null);
  const problemsId = useId();
  const save = useMutation(saveRule(useQueryClient(), rule?.code ?? null));
  const dry = useMutation({ mutationFn: tryRule });
  const refused = save.error ?? dry.error;
  const problems = refused instanceof ApiError ? problemsOf(refused.params) : [];
  const wrong = new Set(problems.map((problem) => problem.line).filter((line) => line > 0));
  const isChanged = text !== kept;

  const change = (next: string) => {
    setText(next);
    save.reset();
    dry.reset();
  };
  const show = ({ line }: RuleProblem) => {
    area.current?.focus();
    area.current?.setSelectionRange(...rangeOfLine(text, line));
  };
  const keep = () => {
    dry.reset();
    save.mutate(text, {
      onSuccess: (saved) => {
        toast({ text: t("rules.saved"), tone: "good" });
        if (rule === null) onMade(saved.code);
      },
    });
  };
  const tryOut = () => {
    save.reset();
    dry.mutate(text);
  };

  return (
    <div className={classes.editor}>
      <div className={classes.main}>
        {rule?.from_pack && <p className={classes.pack}>{t("rules.fromPack")}</p>}
        <CodeArea
          label={t("rules.editor")}
          hint={t("rules.editorHint")}
          value={text}
          wrong={wrong}
          onChange={change}
          area={area}
          describedBy={refused ? problemsId : undefined}
        />
        {refused && (
          <div id={problemsId} role="alert" className={classes.problems}>
            <strong>
              {problems.length > 0 ? t("rules.problems", { count: problems.length }) : errorText(refused)}
            </strong>
            {problems.length > 0 && (
              <ul>
                {problems.map((problem) => (
                  <li key={`${problem.line}-${problem.text}`}>
                    {problem.line > 0 && (
                      <button type="button" className={classes.line} onClick={() => show(problem)}>
                        {t("rules.line", { line: problem.line })}
                      </button>
                    )}
                    <span>{problem.text}</span>
                  </li>
                ))}
              </ul>
            )}
          </div>
        )}
        <Group gap="sm">
          <Button
            onClick={keep}
            loading={save.isPending}
            disabled={rule?.from_pack || !isChanged}
            leftSection={<IconDeviceFloppy size={20} stroke={1.75} aria-hidden="true" />}
          >
            {rule && rule.state !== "draft" ? t("rules.saveText") : t("rules.save")}
          </Button>
          <Button
            variant="default"
            onClick={tryOut}
            loading={dry.isPending}
            leftSection={<IconFlask size={20} stroke={1.75} aria-hidden="true" />}
          >
            {t("rules.dryRun")}
          </Button>
          {rule && isChanged && <span className={classes.unsaved}>{t("rules.unsaved")}</span>}
        </Group>
        <p className={classes.hint}>{dry.isPending ? t("rules.dryRunning") : t("rules.dryRunHint")}</p>
        {dry.data && <DryRunResult tried={dry.data} />}
      </div>
      {rule && <RuleLife rule={rule} />}
    </div>
  );
}
