import { Trans, useLingui } from '@lingui/react/macro';
import { useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { useEffect, useState } from 'react';
import { Card } from '@/components/Card';
import { Skeleton } from '@/components/Skeleton';
import { EmptyState, Reason } from '@/components/States';
import { cx } from '@/lib/classes';
import { type ExpressionPreview, previewQuery } from '@/lib/queries/expressions';
import { flat } from '@/lib/queries/keys';
import { universesQuery } from '@/lib/queries/universes';
import { useRested } from '@/lib/rested';
import { InstrumentChips, PreviewControls } from './PreviewControls';
import { PreviewFigures } from './PreviewFigures';
import { instrumentsOf, type PreviewChoice, USUAL_SPAN } from './previewChoice';

type PreviewCardProps = {
  expression: string;
  choice: PreviewChoice;
  onChoice: (change: PreviewChoice) => void;
  className?: string;
};

/** An expression on real data while it is written; of a wrong one the last good values stay, dimmed. */
export function PreviewCard({ expression, choice, onChoice, className }: PreviewCardProps) {
  const { t } = useLingui();
  const rested = useRested(expression);
  const universes = flat(useInfiniteQuery(universesQuery()).data?.pages);
  const universe =
    universes.find((one) => one.id === choice.universe) ??
    universes.toSorted((a, b) => b.latest.size - a.latest.size)[0];
  const preview = useQuery({
    ...previewQuery({
      expression: rested,
      universe: universe?.id ?? null,
      instruments: instrumentsOf(choice),
      span: choice.span ?? USUAL_SPAN,
      at: choice.at ?? null,
      decision_lag_minutes: 30,
    }),
    enabled: Boolean(universe && rested.trim()),
  });
  const good = useLastGood(preview.data);
  const stale = Boolean(preview.error || (preview.data && !preview.data.values));
  const { values } = good ?? {};
  return (
    <Card
      title={t`Preview`}
      actions={
        <PreviewControls
          universes={universes}
          universe={universe}
          choice={choice}
          onChoice={onChoice}
        />
      }
      flush
      className={cx('min-h-0', className)}
      aria-busy={preview.isFetching}
    >
      <div className="flex h-full min-h-0 flex-col overflow-y-auto">
        {preview.error && (
          <p role="alert" className="px-3 pb-2 text-12 text-loss">
            <Reason error={preview.error} />
          </p>
        )}
        {good && values ? (
          <div className={cx('flex min-h-0 flex-1 flex-col', stale && 'opacity-50')}>
            <InstrumentChips
              shown={values.lines.map((line) => line.instrument)}
              known={universe?.latest.instruments ?? []}
              onChoice={onChoice}
            />
            <PreviewFigures values={values} sources={good.data} />
          </div>
        ) : preview.isFetching ? (
          <div className="flex flex-col gap-3 p-3">
            <p className="text-12 text-text-3">
              <Trans>Computing…</Trans>
            </p>
            <Skeleton className="h-56" />
            <Skeleton className="h-24" />
          </div>
        ) : (
          <EmptyState title={<Trans>Nothing to see yet.</Trans>}>
            <Trans>Write an expression: its values on real data appear here as you type.</Trans>
          </EmptyState>
        )}
      </div>
    </Card>
  );
}

/** The newest preview that has values. */
function useLastGood(data: ExpressionPreview | undefined): ExpressionPreview | undefined {
  const [good, setGood] = useState<ExpressionPreview | undefined>(undefined);
  useEffect(() => {
    if (data?.values) setGood(data);
  }, [data]);
  return data?.values ? data : good;
}
