import { Trans, useLingui } from '@lingui/react/macro';
import { useInfiniteQuery } from '@tanstack/react-query';
import { getRouteApi, Link } from '@tanstack/react-router';
import { BrainCircuit } from 'lucide-react';
import { useMemo } from 'react';
import { Badge } from '@/components/Badge';
import { buttonClass } from '@/components/Button';
import type { Column } from '@/components/DataTable';
import { ListPage } from '@/components/ListPage';
import { ModelTabs } from '@/components/ModelTabs';
import { EmptyState } from '@/components/States';
import { VerdictBadge } from '@/components/VerdictBadge';
import { formatAgo, NONE } from '@/lib/format';
import { flat } from '@/lib/queries/keys';
import { type Model, modelsQuery } from '@/lib/queries/models';
import { LEARNERS, word } from '@/lib/words';
import { RankICText } from './evidence';
import { ImportButton } from './ImportButton';

const route = getRouteApi('/shell/models');

export default function ModelsPage() {
  const { t, i18n } = useLingui();
  const { q } = route.useSearch();
  const navigate = route.useNavigate();
  const list = useInfiniteQuery(modelsQuery());
  const columns = useMemo<Column<Model>[]>(
    () => [
      {
        key: 'name',
        header: t`Model`,
        width: 220,
        grow: 3,
        value: (row) => row.name,
        cell: (row) => (
          <Link
            to="/models/$modelId"
            params={{ modelId: row.id }}
            className="font-medium hover:underline"
          >
            {row.name}
          </Link>
        ),
      },
      {
        key: 'learner',
        header: t`Learner`,
        width: 150,
        cell: (row) => (row.latest ? word(i18n, LEARNERS, row.latest.learner) : NONE),
      },
      {
        key: 'rank_ic',
        header: t`Rank IC ± se, out of sample`,
        width: 190,
        numeric: true,
        value: (row) => row.latest?.rank_ic.mean,
        cell: (row) => (row.latest ? <RankICText ic={row.latest.rank_ic} /> : NONE),
      },
      {
        key: 'verdict',
        header: t`Verdict`,
        width: 120,
        cell: (row) => (row.latest ? <VerdictBadge verdict={row.latest.verdict.key} /> : NONE),
      },
      {
        key: 'aliases',
        header: t`Aliases`,
        width: 150,
        cell: (row) =>
          row.aliases.length > 0
            ? row.aliases.map((alias) => (
                <span key={alias.name} className="mr-1 inline-block align-middle">
                  <Badge tone="accent">{`${alias.name} v${alias.seq}`}</Badge>
                </span>
              ))
            : NONE,
      },
      {
        key: 'versions',
        header: t`Versions`,
        width: 84,
        numeric: true,
        cell: (row) => row.versions,
      },
      {
        key: 'trained',
        header: t`Trained`,
        width: 110,
        numeric: true,
        value: (row) => row.latest?.created_at,
        cell: (row) => <span className="text-text-2">{formatAgo(row.latest?.created_at)}</span>,
      },
    ],
    [t, i18n],
  );
  return (
    <ListPage
      title={t`Models`}
      above={<ModelTabs />}
      list={{ ...list, rows: flat(list.data?.pages) }}
      columns={columns}
      onOpen={(row) => void navigate({ to: '/models/$modelId', params: { modelId: row.id } })}
      query={q}
      onQuery={(next) => void navigate({ search: next ? { q: next } : {}, replace: true })}
      text={(row) => row.name}
      actions={
        <>
          <ImportButton />
          <Link to="/models/new" className={buttonClass('primary')}>
            <BrainCircuit className="size-3.5" aria-hidden />
            <Trans>Train a model</Trans>
          </Link>
        </>
      }
      empty={
        <EmptyState title={<Trans>No models yet.</Trans>}>
          <Trans>
            A model learns to rank instruments from a feature set. Each training is a version that
            is never changed.
          </Trans>
        </EmptyState>
      }
    />
  );
}
