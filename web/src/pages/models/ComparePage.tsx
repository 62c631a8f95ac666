import { Trans, useLingui } from '@lingui/react/macro';
import { useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { getRouteApi } from '@tanstack/react-router';
import { TriangleAlert, X } from 'lucide-react';
import { IconButton } from '@/components/Button';
import { Card } from '@/components/Card';
import { Page } from '@/components/Page';
import { Select } from '@/components/Select';
import { Skeleton } from '@/components/Skeleton';
import { EmptyState, ErrorCard } from '@/components/States';
import { formatDate } from '@/lib/format';
import { flat } from '@/lib/queries/keys';
import { modelVersionQuery, modelVersionsQuery } from '@/lib/queries/models';
import { type Comparison, comparisonQuery } from '@/lib/queries/registry';
import { RESERVATIONS, word } from '@/lib/words';
import { FiguresTable, ParametersTable, PinsTable } from './ComparisonTables';
import { DifferenceCard } from './DifferenceCard';

const route = getRouteApi('/shell/models/compare');
const MOST = 6;

/** Versions beside each other, on the bars that all of them have. */
export default function ComparePage() {
  const { t } = useLingui();
  const ids = (route.useSearch().ids ?? '').split(',').filter((id) => id !== '');
  const navigate = route.useNavigate();
  const found = useQuery(comparisonQuery(ids));
  const choose = (next: string[]): void =>
    void navigate({ search: { ids: next.join(',') || undefined }, replace: true });
  return (
    <Page
      title={t`Compare versions`}
      actions={
        <>
          {ids.map((id) => (
            <Chosen key={id} id={id} onRemove={() => choose(ids.filter((one) => one !== id))} />
          ))}
          {ids[0] !== undefined && ids.length < MOST && (
            <Another first={ids[0]} ids={ids} onChoose={(id) => choose([...ids, id])} />
          )}
        </>
      }
      fill
    >
      {ids.length < 2 ? (
        <EmptyState title={<Trans>Choose two versions or more.</Trans>}>
          <Trans>
            Open a version and press Compare, or add another version here. The first one is what the
            others are measured against.
          </Trans>
        </EmptyState>
      ) : found.error ? (
        <ErrorCard
          error={found.error}
          what={t`The comparison`}
          onRetry={() => void found.refetch()}
        />
      ) : found.data ? (
        <Compared comparison={found.data} />
      ) : (
        <Skeleton className="h-96 rounded-xl" />
      )}
    </Page>
  );
}

function Chosen({ id, onRemove }: { id: string; onRemove: () => void }) {
  const { t } = useLingui();
  const { data } = useQuery(modelVersionQuery(id));
  const name = data ? `${data.model_name} v${data.seq}` : '…';
  return (
    <span className="inline-flex max-w-44 items-center gap-1 rounded-md bg-surface-2 pl-2 text-12">
      <span className="truncate">{name}</span>
      <IconButton label={t`Leave ${name} out`} onClick={onRemove}>
        <X aria-hidden />
      </IconButton>
    </span>
  );
}

type AnotherProps = { first: string; ids: string[]; onChoose: (id: string) => void };

/** Another version of the first one's model. */
function Another({ first, ids, onChoose }: AnotherProps) {
  const { t } = useLingui();
  const version = useQuery(modelVersionQuery(first));
  const model = version.data?.model_id ?? '';
  const versions = useInfiniteQuery({ ...modelVersionsQuery(model), enabled: model !== '' });
  const others = flat(versions.data?.pages).filter(({ id }) => !ids.includes(id));
  if (others.length === 0) return null;
  return (
    <Select
      label={t`Add a version`}
      placeholder={t`Add a version`}
      value={null}
      onChange={onChoose}
      options={others.map(({ id, seq, created_at }) => ({
        value: id,
        label: `v${seq}`,
        note: formatDate(created_at),
      }))}
      className="w-36"
    />
  );
}

function Compared({ comparison }: { comparison: Comparison }) {
  const { t, i18n } = useLingui();
  return (
    <>
      {comparison.reservations.map((one) => (
        <p
          key={one}
          role="note"
          className="flex items-center gap-2 rounded-md bg-warn/10 px-3 py-2 text-12 text-warn"
        >
          <TriangleAlert className="size-3.5 shrink-0" aria-hidden />
          {word(i18n, RESERVATIONS, one)}
        </p>
      ))}
      <div className="grid min-h-0 flex-1 grid-cols-[minmax(0,1fr)] gap-3 lg:grid-cols-2">
        <div className="flex min-h-0 flex-col gap-3 lg:overflow-y-auto">
          <DifferenceCard comparison={comparison} />
          <Card title={t`Figures`} className="shrink-0">
            <FiguresTable comparison={comparison} />
          </Card>
          <Card title={t`Made from`} className="shrink-0">
            <PinsTable comparison={comparison} />
          </Card>
        </div>
        <Card title={t`Parameters`} note={t`those that differ first`} className="min-h-60">
          <section
            aria-label={t`Parameters`}
            // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard
            tabIndex={0}
            className="h-full overflow-auto"
          >
            <ParametersTable comparison={comparison} />
          </section>
        </Card>
      </div>
    </>
  );
}
