import { Trans, useLingui } from '@lingui/react/macro';
import { useNavigate } from '@tanstack/react-router';
import { Braces, Ellipsis, RotateCcw, Sheet, Trash2 } from 'lucide-react';
import { useState } from 'react';
import { Button } from '@/components/Button';
import { Confirm } from '@/components/Dialog';
import { Menu } from '@/components/Menu';
import { Reproduce } from '@/components/Reproduce';
import { toastError } from '@/components/Toast';
import { saveFile } from '@/lib/download';
import {
  allTrades,
  type Backtest,
  backtestKeys,
  useDeleteBacktest,
  useReproduce,
} from '@/lib/queries/backtests';
import { tradesCsv } from './parts';

/** What can be done with a result: prove it again, take it along, remove it, do it again. */
export function Actions({ backtest }: { backtest: Backtest }) {
  const { t } = useLingui();
  const navigate = useNavigate();
  const reproduce = useReproduce(backtest.id);
  return (
    <>
      <Reproduce post={reproduce} of={backtestKeys.one(backtest.id)} />
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
