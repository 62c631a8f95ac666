import { Trans, useLingui } from '@lingui/react/macro';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { Download, Equal, RotateCcw, Trash2 } from 'lucide-react';
import { useEffect, useState } from 'react';
import { Button } from '@/components/Button';
import { Confirm } from '@/components/Dialog';
import { Menu } from '@/components/Menu';
import { toast, toastError } from '@/components/Toast';
import { saveFile } from '@/lib/download';
import {
  allTrades,
  type Backtest,
  backtestKeys,
  useDeleteBacktest,
  useReproduce,
} from '@/lib/queries/backtests';
import { isUnfinished, jobQuery } from '@/lib/queries/jobs';
import { tradesCsv } from './parts';

/** What can be done with a result: do it again, prove it again, take it along, remove it. */
export function Actions({ backtest }: { backtest: Backtest }) {
  const { t } = useLingui();
  const navigate = useNavigate();
  return (
    <>
      <Reproduce id={backtest.id} />
      <Export backtest={backtest} />
      <Remove backtest={backtest} />
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
  const job = useQuery({
    ...jobQuery(reproduce.data?.id ?? ''),
    enabled: Boolean(reproduce.data),
  });
  const running = reproduce.isPending || Boolean(job.data && isUnfinished(job.data));
  const state = job.data?.state;
  useEffect(() => {
    if (state === 'done') void client.invalidateQueries({ queryKey: backtestKeys.one(id) });
    if (state === 'failed') toast({ title: t`It could not be reproduced: see its job` });
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
      {t`Reproduce`}
    </Button>
  );
}

function Export({ backtest }: { backtest: Backtest }) {
  const { t } = useLingui();
  const name = backtest.name.replaceAll(/[^\w-]+/g, '_');
  const csv = (): void => {
    allTrades(backtest.id, { sort: 'n' }).then(
      (trades) => saveFile(`${name}_trades.csv`, tradesCsv(trades), 'text/csv'),
      (error: unknown) => toastError(t`The trades could not be read`, error),
    );
  };
  return (
    <Menu
      trigger={<Button icon={<Download aria-hidden />}>{t`Export`}</Button>}
      items={[
        { key: 'csv', label: t`Trades as CSV`, onSelect: csv },
        {
          key: 'json',
          label: t`Result as JSON`,
          onSelect: () =>
            saveFile(`${name}.json`, JSON.stringify(backtest, null, 2), 'application/json'),
        },
      ]}
    />
  );
}

function Remove({ backtest }: { backtest: Backtest }) {
  const { t } = useLingui();
  const navigate = useNavigate();
  const [asked, setAsked] = useState(false);
  const remove = useDeleteBacktest(backtest.id);
  return (
    <>
      <Button icon={<Trash2 aria-hidden />} onClick={() => setAsked(true)}>
        {t`Delete`}
      </Button>
      <Confirm
        open={asked}
        onClose={() => setAsked(false)}
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
    </>
  );
}
