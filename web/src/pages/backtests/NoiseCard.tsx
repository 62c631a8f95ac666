import { Trans, useLingui } from '@lingui/react/macro';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { FlaskConical } from 'lucide-react';
import { useEffect, useMemo } from 'react';
import { Histogram } from '@/charts/Bars';
import { histogram } from '@/charts/data';
import { Button } from '@/components/Button';
import { EmptyState } from '@/components/States';
import { toast, toastError } from '@/components/Toast';
import { formatInteger, formatNumber, formatPercent } from '@/lib/format';
import {
  backtestExaminationQuery,
  backtestKeys,
  type Examination,
  useExamine,
} from '@/lib/queries/backtests';
import { isUnfinished, jobQuery } from '@/lib/queries/jobs';
import { QueryCard } from './QueryCard';

/** Decides anew on prices with noise; this takes longer than an idea may, so somebody asks for it. */
export function NoiseCard({ id }: { id: string }) {
  const { t } = useLingui();
  const examination = useQuery(backtestExaminationQuery(id));
  return (
    <QueryCard
      query={examination}
      what={t`The examination`}
      title={t`On prices with noise`}
      actions={examination.data ? <Examine id={id} again /> : undefined}
    >
      {(data) =>
        data ? (
          <Noise examined={data} />
        ) : (
          <EmptyState title={<Trans>Not examined yet</Trans>} action={<Examine id={id} />}>
            <Trans>
              Decides and trades a hundred times on slightly other prices, and draws a thousand
              random accounts. Takes some seconds.
            </Trans>
          </EmptyState>
        )
      }
    </QueryCard>
  );
}

function Noise({ examined }: { examined: Examination }) {
  const { t } = useLingui();
  const { noise, random_entry: chance } = examined;
  const bins = useMemo(() => histogram(noise.values, 28), [noise.values]);
  const kept = formatPercent(noise.kept, 0);
  const own = formatNumber(noise.actual);
  const draws = formatInteger(chance.draws);
  const beaten = formatPercent(chance.beaten, 1);
  return (
    <div className="flex flex-col gap-2">
      <Histogram
        label={t`Sharpe on prices with noise, with its own place`}
        bins={bins}
        format={formatNumber}
        mark={noise.actual ?? null}
      />
      <p className="text-12 text-text-2">
        {noise.kept === null || noise.kept === undefined ? (
          <Trans>
            With noise of {formatPercent(noise.size, 0)} of a usual move; its own Sharpe is {own}.
          </Trans>
        ) : (
          <Trans>
            With noise of {formatPercent(noise.size, 0)} of a usual move {kept} of its Sharpe of{' '}
            {own} is left.
          </Trans>
        )}{' '}
        <Trans>
          Of {draws} random accounts it beats {beaten}.
        </Trans>
      </p>
    </div>
  );
}

function Examine({ id, again }: { id: string; again?: boolean }) {
  const { t } = useLingui();
  const client = useQueryClient();
  const examine = useExamine(id);
  const { data: job } = useQuery({
    ...jobQuery(examine.data?.id ?? ''),
    enabled: Boolean(examine.data),
    // The shell's stream writes into this query; asking is for a stream that is down.
    refetchInterval: (query) =>
      !query.state.data || isUnfinished(query.state.data) ? 1_000 : false,
  });
  const running = examine.isPending || Boolean(job && isUnfinished(job));
  const state = job?.state;
  useEffect(() => {
    if (state === 'done')
      void client.invalidateQueries({ queryKey: backtestKeys.part(id, 'examination') });
    if (state === 'failed' || state === 'cancelled')
      toast({ title: t`It could not be examined: see its job`, tone: 'bad' });
  }, [state, client, id, t]);
  return (
    <Button
      small
      icon={<FlaskConical aria-hidden />}
      busy={running}
      onClick={() =>
        examine.mutate(undefined, {
          onError: (error) => toastError(t`It could not be examined`, error),
        })
      }
    >
      {running && job
        ? t`Examining ${formatPercent(job.progress, 0)}`
        : again
          ? t`Examine again`
          : t`Examine`}
    </Button>
  );
}
