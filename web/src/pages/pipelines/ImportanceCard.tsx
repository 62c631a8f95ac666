import { Trans, useLingui } from '@lingui/react/macro';
import { BarList } from '@/charts/Bars';
import { Card } from '@/components/Card';
import { formatNumber, formatSigned } from '@/lib/format';
import { entryName } from '@/lib/pipelineWords';
import type { Pipeline } from '@/lib/queries/pipelines';

const MOST = 15;

/** What the best learner loses out of fold when features that are alike are shuffled together. */
export function ImportanceCard({ pipeline }: { pipeline: Pipeline }) {
  const { t, i18n } = useLingui();
  const found = pipeline.importance;
  if (!found) return null;
  return (
    <Card title={t`Importance`} note={entryName(i18n, found.learner)} className="shrink-0">
      <p className="pb-2 text-12 text-text-2">
        <Trans>
          Rank IC lost out of fold when the features of a line are shuffled together, inside each
          bar.
        </Trans>
      </p>
      <BarList
        label={t`Importance`}
        signed
        items={found.clusters.slice(0, MOST).map(({ features, loss, error }) => ({
          key: features.join(' '),
          label: features.join(', '),
          value: loss ?? 0,
          error,
          text: formatSigned(loss, 4),
          note: `${formatSigned(loss, 4)} ± ${formatNumber(error, 4)}`,
        }))}
      />
    </Card>
  );
}
