import { Trans, useLingui } from '@lingui/react/macro';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { Braces, Ellipsis, Equal, RotateCcw, Sheet, Trash2 } from 'lucide-react';
import { useEffect, useState } from 'react';
import { Button } from '@/components/Button';
import { Confirm } from '@/components/Dialog';
import { Menu } from '@/components/Menu';
import { toast, toastError } from '@/components/Toast';
import { saveFile } from '@/lib/download';
import { formatPercent } from '@/lib/format';
import {
  allTrades,
  type Backtest,
  backtestKeys,
  useDeleteBacktest,
  useReproduce,
} from '@/lib/queries/backtests';
import { isUnfinished, jobQuery } from '@/lib/queries/jobs';
import { tradesCsv } from './parts';

/** What can be done with a result: prove it again, take it along, remove it, do it again. */
export function Actions({ backtest }: { backtest: Backtest }) {
  const { t } = useLingui();
  const navigate = useNavigate();
  return (
    <>
      <Reproduce id={backtest.id} />
      <More backtest={backtest} />
      <Button
        tone="primary"
        icon={<RotateCcw aria-hidden />}
        onClick={() =>
          void navigate({
            to: '/simulate',
            search: { universe: backtest.universe.id, from: backtest.id },
          })
        }
      >
        {t`Run again`}
      </Button>
    </>
  );
}

function Reproduce({ id }: { id: string }) {
  const { t } = useLingui();
  const client = useQueryClient();
  const reproduce = useReproduce(id);
  const { data: job } = useQuery({
    ...jobQuery(reproduce.data?.id ?? ''),
    enabled: Boolean(reproduce.data),
    // The shell's stream writes into this query; asking is for a stream that is down.
    refetchInterval: (query) =>
      !query.state.data || isUnfinished(query.state.data) ? 1_000 : false,
  });
  const running = reproduce.isPending || Boolean(job && isUnfinished(job));
  const state = job?.state;
  useEffect(() => {
    if (state === 'done') void client.invalidateQueries({ queryKey: backtestKeys.one(id) });
    if (state === 'failed' || state === 'cancelled')
      toast({ title: t`It could not be reproduced: see its job`, tone: 'bad' });
  }, [state, client, id, t]);
  return (
    <Button
      icon={<Equal aria-hidden />}
      busy={running}
      onClick={() =>
        reproduce.mutate(undefined, {
          onError: (error) => toastError(t`It could not be reproduced`, error),
        })
      }
    >
      {running && job ? t`Reproducing ${formatPercent(job.progress, 0)}` : t`Reproduce`}
    </Button>
  );
}

/** Files to take along, and the way to remove it. */
function More({ backtest }: { backtest: Backtest }) {
  const { t } = useLingui();
  const [asked, setAsked] = useState(false);
  const name = backtest.name.replaceAll(/[^\w-]+/g, '_');
  const csv = (): void => {
    allTrades(backtest.id, { sort: 'n' }).then(
      (trades) => saveFile(`${name}_trades.csv`, tradesCsv(trades), 'text/csv'),
      (error: unknown) => toastError(t`The trades could not be read`, error),
    );
  };
  const json = (): void =>
    saveFile(`${name}.json`, JSON.stringify(backtest, null, 2), 'application/json');
  return (
    <>
      <Menu
        trigger={<Button icon={<Ellipsis aria-hidden />}>{t`More`}</Button>}
        items={[
          { key: 'csv', label: t`Trades as CSV`, icon: <Sheet aria-hidden />, onSelect: csv },
          { key: 'json', label: t`Result as JSON`, icon: <Braces aria-hidden />, onSelect: json },
          { kind: 'separator', key: 'line' },
          {
            key: 'delete',
            label: t`Delete…`,
            icon: <Trash2 aria-hidden />,
            onSelect: () => setAsked(true),
          },
        ]}
      />
      <Remove backtest={backtest} open={asked} onClose={() => setAsked(false)} />
    </>
  );
}

function Remove({
  backtest,
  open,
  onClose,
}: {
  backtest: Backtest;
  open: boolean;
  onClose: () => void;
}) {
  const { t } = useLingui();
  const navigate = useNavigate();
  const remove = useDeleteBacktest(backtest.id);
  return (
    <Confirm
      open={open}
      onClose={onClose}
      title={t`Delete ${backtest.name}?`}
      action={t`Delete`}
      busy={remove.isPending}
      onConfirm={() =>
        remove.mutate(undefined, {
          onSuccess: () => void navigate({ to: '/backtests' }),
          onError: (error) => toastError(t`It could not be deleted`, error),
        })
      }
    >
      <Trans>
        The page disappears for everybody. Its trial stays counted under its question, so that the
        statistics stay honest.
      </Trans>
    </Confirm>
  );
}
