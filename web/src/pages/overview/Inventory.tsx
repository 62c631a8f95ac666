import { plural } from '@lingui/core/macro';
import { useLingui } from '@lingui/react/macro';
import { useInfiniteQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { KpiStrip } from '@/components/KpiStrip';
import { formatDate, formatInteger, NONE } from '@/lib/format';
import { backtestsQuery } from '@/lib/queries/backtests';
import { datasetsQuery } from '@/lib/queries/datasets';
import { featureSetsQuery } from '@/lib/queries/features';
import { useActiveJobs } from '@/lib/queries/jobs';
import { flat } from '@/lib/queries/keys';
import { modelsQuery } from '@/lib/queries/models';
import { questionsQuery } from '@/lib/queries/questions';

type List<Item> = { data: { pages: { items: Item[] }[] } | undefined; hasNextPage: boolean };

function count<Item>(list: List<Item>): string {
  if (!list.data) return NONE;
  return `${formatInteger(flat(list.data.pages).length)}${list.hasNextPage ? '+' : ''}`;
}

/** How much there is of everything, each figure the way to it. */
export function Inventory() {
  const { t } = useLingui();
  const active = useActiveJobs();
  const datasets = useInfiniteQuery(datasetsQuery());
  const sets = useInfiniteQuery(featureSetsQuery());
  const models = useInfiniteQuery(modelsQuery());
  const backtests = useInfiniteQuery(backtestsQuery());
  const questions = useInfiniteQuery(questionsQuery());
  const known = flat(datasets.data?.pages).filter((dataset) => dataset.latest);
  const newest = known
    .map((dataset) => dataset.latest?.last_ts ?? '')
    .toSorted()
    .at(-1);
  const rows = known.reduce((sum, dataset) => sum + (dataset.latest?.rows ?? 0), 0);
  const trials = flat(questions.data?.pages).reduce((sum, question) => sum + question.trials, 0);
  const features = flat(sets.data?.pages).reduce((sum, set) => sum + set.latest.size, 0);
  const proven = flat(backtests.data?.pages).filter(
    (backtest) => backtest.verdict.key === 'not_luck',
  ).length;
  const running = active.filter((job) => job.state === 'running').length;
  return (
    <KpiStrip
      label={t`What there is`}
      items={[
        {
          key: 'jobs',
          label: <Link to="/jobs">{t`Jobs not finished`}</Link>,
          value: formatInteger(active.length),
          context: t`${running} running`,
        },
        {
          key: 'data',
          label: <Link to="/data">{t`Datasets`}</Link>,
          value: count(datasets),
          context:
            known.length > 0 ? t`${formatInteger(rows)} rows, to ${formatDate(newest)}` : undefined,
        },
        {
          key: 'features',
          label: <Link to="/features">{t`Feature sets`}</Link>,
          value: count(sets),
          context: plural(features, { one: '# feature', other: '# features' }),
        },
        {
          key: 'models',
          label: <Link to="/models">{t`Models`}</Link>,
          value: count(models),
          context: plural(
            flat(models.data?.pages).reduce((sum, model) => sum + model.versions, 0),
            { one: '# version', other: '# versions' },
          ),
        },
        {
          key: 'backtests',
          label: <Link to="/backtests">{t`Backtests`}</Link>,
          value: count(backtests),
          context: t`${proven} not luck`,
        },
        {
          key: 'trials',
          label: t`Trials`,
          value: formatInteger(trials),
          context: plural(flat(questions.data?.pages).length, {
            one: 'under # question',
            other: 'under # questions',
          }),
          help: t`Every configuration that anybody evaluated. The more of them, the better the best looks by luck alone.`,
        },
      ]}
    />
  );
}
