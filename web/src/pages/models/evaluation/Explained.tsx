import { Trans, useLingui } from '@lingui/react/macro';
import { BarList } from '@/charts/Bars';
import { ErrorChart } from '@/charts/ErrorChart';
import { Badge } from '@/components/Badge';
import { Card } from '@/components/Card';
import { formatNumber, formatPercent, formatSigned } from '@/lib/format';
import type { EvaluationResult } from '@/lib/queries/evaluations';

type ResultProps = { result: EvaluationResult };

const MOST = 40;

/** What the models of the folds listen to, on rows that they were not fitted to. */
export function Explained({ result }: ResultProps) {
  const { t } = useLingui();
  return (
    <>
      <p className="text-12 text-text-2">
        {result.reproduced ? (
          <Badge tone="good">
            <Trans>the folds, fitted again, give the kept scores to the bit</Trans>
          </Badge>
        ) : (
          <Badge tone="warn">
            <Trans>the folds, fitted again, do not give the kept scores: code or data differ</Trans>
          </Badge>
        )}
      </p>
      <div className="grid gap-3 lg:grid-cols-2">
        <Card
          title={t`Rank IC lost when shuffled`}
          note={t`alike features together, ± standard error`}
        >
          <BarList
            label={t`Rank IC lost when shuffled`}
            signed
            items={result.importance.slice(0, MOST).map(({ features, loss }) => ({
              key: features.join(),
              label: <Names features={features} />,
              value: loss.value ?? 0,
              error: loss.error,
              text: formatSigned(loss.value, 4),
              note: `${features.join(', ')}: ${formatSigned(loss.value, 4)} ± ${formatNumber(loss.error, 4)}`,
            }))}
          />
        </Card>
        <Card
          title={t`Share of the score`}
          note={t`absolute Shapley values, ± standard error over folds`}
        >
          {result.contributions.length === 0 ? (
            <p className="text-12 text-text-2">
              <Trans>
                This learner has no exact contributions; the losses beside tell what counts.
              </Trans>
            </p>
          ) : (
            <BarList
              label={t`Share of the score`}
              items={result.contributions.slice(0, MOST).map(({ feature, size, direction }) => ({
                key: feature,
                label: <Directed feature={feature} direction={direction} />,
                value: size.value ?? 0,
                error: size.error,
                text: formatPercent(size.value, 1),
                note: t`${feature}: ${formatPercent(size.value, 1)}, direction ${formatSigned(direction, 2)}`,
              }))}
            />
          )}
        </Card>
      </div>
      <div className="grid gap-3 sm:grid-cols-2 xl:grid-cols-4">
        {result.dependence.map(({ feature, at, score }) => (
          <Card key={feature} title={feature} note={t`score by its value`}>
            <ErrorChart
              label={t`Score by the value of ${feature}`}
              level={0}
              formatX={(value) => formatNumber(value, 2)}
              formatY={(value) => formatSigned(value, 2)}
              xTitle={t`value of the feature`}
              points={at.map((value, index) => ({
                key: String(value),
                x: value,
                y: score[index]?.value ?? null,
                error: score[index]?.error ?? null,
                note: `${formatNumber(value, 3)}: ${formatSigned(score[index]?.value, 3)}`,
              }))}
            />
          </Card>
        ))}
      </div>
    </>
  );
}

function Names({ features }: { features: string[] }) {
  const [first, ...rest] = features;
  return (
    <>
      {first}
      {rest.length > 0 && <span className="text-text-3"> +{rest.length}</span>}
    </>
  );
}

function Directed({ feature, direction }: { feature: string; direction: number | null }) {
  const { t } = useLingui();
  const up = (direction ?? 0) >= 0;
  return (
    <>
      {feature}{' '}
      {direction !== null && (
        <span
          className="text-text-3"
          role="img"
          aria-label={up ? t`more is better` : t`less is better`}
        >
          {up ? '↑' : '↓'}
        </span>
      )}
    </>
  );
}
