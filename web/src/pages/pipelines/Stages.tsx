import { useLingui } from '@lingui/react/macro';
import { Check, CircleDashed, Loader2 } from 'lucide-react';
import { Card } from '@/components/Card';
import { cx } from '@/lib/classes';
import { formatDuration, formatSigned } from '@/lib/format';
import { stepName } from '@/lib/pipelineWords';
import type { Pipeline, PipelineStep } from '@/lib/queries/pipelines';

/** Every step as it is finished: a killed worker's job goes on behind the last one. */
export function Stages({ pipeline }: { pipeline: Pipeline }) {
  const { t, i18n } = useLingui();
  const done = pipeline.steps.filter((step) => step.state === 'done').length;
  return (
    <Card title={t`Stages`} note={t`${done} of ${pipeline.steps.length}`} className="shrink-0">
      <ol className="flex flex-col text-12">
        {pipeline.steps.map((step) => (
          <li
            key={step.name}
            data-state={step.state}
            className={cx(
              'flex min-h-7 items-center gap-2 border-line-soft border-b last:border-0',
              step.state === 'waiting' && 'text-text-3',
            )}
          >
            <StepIcon state={step.state} />
            <span className="min-w-0 truncate">{stepName(i18n, step.name)}</span>
            <span className="ml-auto shrink-0 text-text-2 tabular">
              <Found step={step} />
            </span>
          </li>
        ))}
      </ol>
    </Card>
  );
}

function StepIcon({ state }: { state: PipelineStep['state'] }) {
  const { t } = useLingui();
  if (state === 'done')
    return <Check className="size-3.5 shrink-0 text-gain" aria-label={t`Done`} />;
  if (state === 'running') {
    return (
      <Loader2
        className="size-3.5 shrink-0 animate-spin text-accent-text"
        aria-label={t`Running`}
      />
    );
  }
  return <CircleDashed className="size-3.5 shrink-0" aria-label={t`Waiting`} />;
}

/** The most telling figure of a step, and how long it took. */
function Found({ step }: { step: PipelineStep }) {
  const { t } = useLingui();
  if (step.state !== 'done') return null;
  const {
    rank_ic: ic,
    kept,
    candidates,
    trials,
  } = step.found as Record<string, number | undefined>;
  const parts = [
    kept !== undefined ? t`${kept} of ${candidates ?? kept} kept` : undefined,
    trials !== undefined ? t`${trials} trials` : undefined,
    ic !== undefined ? formatSigned(ic, 4) : undefined,
    formatDuration(step.seconds),
    step.attempt !== null && step.attempt > 1 ? t`attempt ${step.attempt}` : undefined,
  ];
  return parts.filter((part) => part !== undefined).join(' · ');
}
