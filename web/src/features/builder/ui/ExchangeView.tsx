import { IconAlertTriangle, IconCheck, IconRepeat } from "@tabler/icons-react";
import { useT } from "@/shared/i18n/i18n";
import { CodeBlock } from "@/shared/ui/CodeBlock";
import { Section } from "@/shared/ui/Section";
import type { Answer, Exchange } from "../send";
import { masked } from "../snippets";
import classes from "./ExchangeView.module.css";

/** What was sent and what came back; a refusal is shown as the problem that it is, with what to do. */
export function ExchangeView({ exchange }: { exchange: Exchange | null }) {
  const t = useT("builder");
  if (!exchange) {
    return (
      <Section title={t("console.answer")}>
        <p className={classes.waiting}>{t("console.waiting")}</p>
      </Section>
    );
  }
  const { answer } = exchange;
  return (
    <div className={classes.exchange}>
      <Section title={t("console.answer")} extra={t("console.took", { ms: exchange.ms })}>
        <div role="status">{answer ? <Outcome answer={answer} /> : <NoAnswer />}</div>
        {answer && (
          <CodeBlock label={t("console.answer")} tone={answer.status >= 400 ? "bad" : "plain"}>
            {[
              `HTTP ${answer.status} ${answer.statusText}`.trim(),
              ...answer.headers.map(([name, value]) => `${name}: ${value}`),
              "",
              typeof answer.body === "string" ? answer.body : JSON.stringify(answer.body, null, 2),
            ].join("\n")}
          </CodeBlock>
        )}
      </Section>
      <Section title={t("console.request")}>
        <CodeBlock label={t("console.request")} copied={requestText(exchange, exchange.trial.key)}>
          {requestText(exchange, masked(exchange.trial.key))}
        </CodeBlock>
      </Section>
    </div>
  );
}

function Outcome({ answer }: { answer: Answer }) {
  const t = useT("builder");
  if (answer.status === 201) return <Verdict tone="good" icon={IconCheck} text={t("console.accepted")} />;
  if (answer.status === 200) return <Verdict tone="plain" icon={IconRepeat} text={t("console.repeat")} />;
  const { code, detail } = answer.body as { code?: unknown; detail?: unknown };
  if (typeof code !== "string") {
    return <Verdict tone="bad" icon={IconAlertTriangle} text={`HTTP ${answer.status}`} />;
  }
  return (
    <Verdict tone="bad" icon={IconAlertTriangle} text={typeof detail === "string" ? detail : code}>
      <Advice code={code} />
    </Verdict>
  );
}

function NoAnswer() {
  const t = useT("builder");
  return (
    <Verdict tone="bad" icon={IconAlertTriangle} text={t("console.noAnswer")}>
      {t("console.noAnswerHint")}
    </Verdict>
  );
}

/** What to do about a refusal, by its code. */
export function Advice({ code }: { code: string }) {
  const t = useT("builder");
  return <>{t(`advice.${code}`, { defaultValue: t("advice.other") })}</>;
}

interface VerdictProps {
  tone: "good" | "bad" | "plain";
  icon: typeof IconCheck;
  text: string;
  children?: React.ReactNode;
}

function Verdict({ tone, icon: Icon, text, children }: VerdictProps) {
  return (
    <div className={classes.verdict} data-tone={tone}>
      <Icon size={22} stroke={1.75} className={classes.icon} aria-hidden="true" />
      <div>
        <strong>{text}</strong>
        {children && <p className={classes.advice}>{children}</p>}
      </div>
    </div>
  );
}

function requestText({ method, url, headers, body }: Exchange, key: string): string {
  const shown = headers.map(([name, value]) => `${name}: ${name === "X-API-Key" ? key : value}`);
  return [`${method} ${url}`, ...shown, "", body].join("\n");
}
