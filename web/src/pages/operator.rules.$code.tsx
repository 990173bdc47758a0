import { useQuery } from "@tanstack/react-query";
import { createFileRoute } from "@tanstack/react-router";
import { rulesQuery } from "@/features/operator/api";
import { RuleEditor } from "@/features/operator/ui/RuleEditor";
import { language, useT } from "@/shared/i18n/i18n";
import { Await } from "@/shared/ui/Await";
import { Empty } from "@/shared/ui/Empty";
import { Page } from "@/shared/ui/Page";
import { RowsSkeleton } from "@/shared/ui/Skeletons";

export const Route = createFileRoute("/operator/rules/$code")({
  loader: ({ context }) => context.queries.prefetchQuery(rulesQuery),
  component: RulePage,
});

/** The address of a rule that is not there yet; a rule that is really called so opens by its own row. */
const NEW = "new";

function RulePage() {
  const t = useT("operator");
  const { code } = Route.useParams();
  const navigate = Route.useNavigate();
  const rules = useQuery(rulesQuery);
  const rule = rules.data?.find((one) => one.code === code) ?? null;
  const title = code === NEW ? t("rules.new") : (rule?.name[language()] ?? code);
  return (
    <Page title={title} back="/operator">
      <Await query={rules} skeleton={<RowsSkeleton count={6} />} small={false}>
        {() =>
          rule || code === NEW ? (
            <RuleEditor
              key={rule ? `${rule.code}@${rule.version}` : NEW}
              rule={rule}
              onMade={(made) => navigate({ to: "/operator/rules/$code", params: { code: made }, replace: true })}
            />
          ) : (
            <Empty title={t("rules.noneTitle")}>{t("rules.none")}</Empty>
          )
        }
      </Await>
    </Page>
  );
}
