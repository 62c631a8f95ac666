import { Trans, useLingui } from '@lingui/react/macro';
import { useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { getRouteApi, Link } from '@tanstack/react-router';
import { CheckCheck, X } from 'lucide-react';
import { Button, buttonClass } from '@/components/Button';
import { ListPage } from '@/components/ListPage';
import { EmptyState } from '@/components/States';
import { alertsQuery, type ModelAlert } from '@/lib/queries/alerts';
import { flat } from '@/lib/queries/keys';
import { modelQuery } from '@/lib/queries/models';
import { Filters } from './Filters';
import { useAlertColumns } from './useAlertColumns';
import { useNotice } from './useNotice';

const route = getRouteApi('/shell/alerts');
/** What one request may name. */
const MOST = 500;

type Row = ModelAlert & { id: string };

/** What checks of all models found: which of it has nobody seen yet? */
export default function AlertsPage() {
  const { t } = useLingui();
  const { state, kind, model, days } = route.useSearch();
  const navigate = route.useNavigate();
  const open = state === 'all' ? undefined : state !== 'acknowledged';
  const list = useInfiniteQuery(alertsQuery({ open, kind, model, days }));
  const { take, pending } = useNotice();
  const columns = useAlertColumns(take, pending);
  const rows: Row[] = flat(list.data?.pages).map((one) => ({
    ...one,
    id: `${one.report_id}:${one.position}`,
  }));
  const unseen = rows.filter((one) => one.acknowledged === null).slice(0, MOST);
  const narrowed = kind !== undefined || model !== undefined || days !== undefined;
  return (
    <ListPage<Row>
      title={t`Alerts`}
      intro={model ? <OfModel id={model} /> : undefined}
      list={{ ...list, rows }}
      columns={columns}
      onOpen={(row) =>
        void navigate({
          to: '/models/$modelId/versions/$versionId',
          params: { modelId: row.model_id, versionId: row.version_id },
          search: { tab: 'drift', report: row.report_id },
        })
      }
      filters={<Filters />}
      actions={
        unseen.length > 1 && (
          <Button
            icon={<CheckCheck aria-hidden />}
            busy={pending}
            onClick={() => take(unseen, true)}
          >
            <Trans>Acknowledge all shown</Trans>
          </Button>
        )
      }
      empty={<Nothing narrowed={narrowed} open={open} />}
    />
  );
}

function Nothing({ narrowed, open }: { narrowed: boolean; open: boolean | undefined }) {
  if (narrowed || open === false) {
    return <EmptyState title={<Trans>No alert is like this.</Trans>} />;
  }
  return (
    <EmptyState
      title={<Trans>No open alert.</Trans>}
      action={
        <Link to="/models" className={buttonClass()}>
          <Trans>Models</Trans>
        </Link>
      }
    >
      <Trans>
        A check of a watched model writes one here for each bound it finds passed: features and
        scores that moved, missing values, a low rank IC, a version that is too old.
      </Trans>
    </EmptyState>
  );
}

/** Says that one model's alerts are shown, and lets go of it. */
function OfModel({ id }: { id: string }) {
  const { t } = useLingui();
  const navigate = route.useNavigate();
  const name = useQuery(modelQuery(id)).data?.name;
  return (
    <Button
      small
      icon={<X aria-hidden />}
      aria-label={t`Show the alerts of all models`}
      onClick={() => void navigate({ search: (before) => ({ ...before, model: undefined }) })}
    >
      {name ?? t`One model`}
    </Button>
  );
}
