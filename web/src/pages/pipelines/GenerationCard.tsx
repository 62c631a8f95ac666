import { Trans, useLingui } from '@lingui/react/macro';
import { Link } from '@tanstack/react-router';
import { Card } from '@/components/Card';
import { formatInteger } from '@/lib/format';
import { SCREENED } from '@/lib/pipelineWords';
import type { Pipeline } from '@/lib/queries/pipelines';
import { word } from '@/lib/words';

/** From the candidates that were generated to those that the learners got. */
export function GenerationCard({ pipeline }: { pipeline: Pipeline }) {
  const { t, i18n } = useLingui();
  const made = pipeline.generation;
  if (!made) return null;
  const steps = [
    { key: 'generated', label: t`Generated`, left: made.generated },
    { key: 'screened', label: t`Screened`, left: made.screened },
    { key: 'selected', label: t`Selected`, left: made.selected },
  ];
  const fell = Object.entries(made.fell).map(
    ([reason, count]) => `${formatInteger(count)} ${word(i18n, SCREENED, reason)}`,
  );
  return (
    <Card title={t`Candidates from prices`} className="shrink-0">
      <ol className="flex flex-col gap-1 text-12">
        {steps.map(({ key, label, left }) => (
          <li key={key} className="grid grid-cols-[96px_minmax(0,1fr)] items-center gap-3">
            <span className="truncate text-text-2">{label}</span>
            <span className="flex min-w-0 items-center gap-2">
              <span
                className="h-3.5 rounded-sm bg-accent/45"
                style={{
                  width: `max(2px, calc(${(left ?? 0) / Math.max(made.generated, 1)} * (100% - 56px)))`,
                }}
              />
              <span className="font-medium tabular">{formatInteger(left)}</span>
            </span>
          </li>
        ))}
      </ol>
      {fell.length > 0 && (
        <p className="pt-2 text-12 text-text-2">{t`Fell in the screening: ${fell.join(', ')}.`}</p>
      )}
      {made.feature_set && (
        <p className="pt-1 text-12 text-text-2">
          <Trans>
            Those screened are features of{' '}
            <Link
              to="/features/sets/$setId"
              params={{ setId: made.feature_set }}
              className="text-accent-text hover:underline"
            >
              a set
            </Link>{' '}
            that the versions name.
          </Trans>
        </p>
      )}
    </Card>
  );
}
