import { plural } from '@lingui/core/macro';
import { Trans, useLingui } from '@lingui/react/macro';
import { useInfiniteQuery } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { Check, Layers } from 'lucide-react';
import { useState } from 'react';
import { Button } from '@/components/Button';
import { Card } from '@/components/Card';
import { SkeletonRows } from '@/components/Skeleton';
import { EmptyState } from '@/components/States';
import { toast, toastError } from '@/components/Toast';
import { formatInteger, formatSigned } from '@/lib/format';
import {
  type Candidate,
  candidatesQuery,
  type Discovery,
  useAdopt,
} from '@/lib/queries/discoveries';
import { flat } from '@/lib/queries/keys';
import { useSession } from '@/lib/session';

/** Those that are kept: choose, and make features and a feature set of them. */
export function KeptCard({ discovery }: { discovery: Discovery }) {
  const { t } = useLingui();
  const list = useInfiniteQuery(candidatesQuery(discovery.id, { reason: 'kept', sort: '-t' }));
  const [left, setLeft] = useState<ReadonlySet<number>>(new Set());
  const rows = list.isPlaceholderData ? [] : flat(list.data?.pages);
  const chosen = rows.filter((row) => !left.has(row.n)).map((row) => row.n);
  const toggle = (n: number): void => {
    const next = new Set(left);
    if (!next.delete(n)) next.add(n);
    setLeft(next);
  };
  return (
    <Card
      title={t`Kept`}
      note={formatInteger(discovery.kept)}
      className="shrink-0 lg:min-h-52 lg:flex-1"
      actions={rows.length > 0 && <AdoptButton discovery={discovery} chosen={chosen} />}
      flush
    >
      {list.isPending && <SkeletonRows />}
      {!list.isPending && rows.length === 0 && (
        <EmptyState title={<Trans>Nothing is kept.</Trans>}>
          <Trans>
            That is an answer too: with this many tries, what looks good here is luck. More bars or
            more instruments find what is weaker; fewer candidates ask less of each.
          </Trans>
        </EmptyState>
      )}
      {rows.length > 0 && (
        <ul className="max-h-[60vh] overflow-y-auto px-1 pb-2 lg:h-full lg:max-h-none">
          {rows.map((row) => (
            <Kept key={row.n} row={row} chosen={!left.has(row.n)} onToggle={() => toggle(row.n)} />
          ))}
        </ul>
      )}
    </Card>
  );
}

type KeptProps = { row: Candidate; chosen: boolean; onToggle: () => void };

function Kept({ row, chosen, onToggle }: KeptProps) {
  return (
    <li>
      <label className="flex min-h-8 cursor-pointer items-start gap-2.5 rounded-md px-2 py-1.5 hover:bg-hover">
        <span className="relative mt-0.5 flex size-4 shrink-0">
          <input
            type="checkbox"
            checked={chosen}
            onChange={onToggle}
            className="peer size-4 appearance-none rounded-sm border border-line-strong bg-bg checked:border-accent checked:bg-accent"
          />
          <Check
            className="pointer-events-none absolute inset-0.5 hidden size-3 text-on-accent peer-checked:block"
            aria-hidden
          />
        </span>
        <code className="min-w-0 flex-1 font-mono text-11 break-words">{row.expression}</code>
        <span className="shrink-0 text-12 tabular">{formatSigned(row.ic, 3)}</span>
      </label>
    </li>
  );
}

function AdoptButton({ discovery, chosen }: { discovery: Discovery; chosen: number[] }) {
  const { t } = useLingui();
  const navigate = useNavigate();
  const { account } = useSession();
  const adopt = useAdopt(discovery.id);
  const count = chosen.length;
  if (account?.role === 'viewer') return null;
  return (
    <Button
      small
      tone="primary"
      icon={<Layers aria-hidden />}
      busy={adopt.isPending}
      disabled={count === 0 || count > 200}
      onClick={() =>
        adopt.mutate(
          { candidates: chosen },
          {
            onSuccess: ({ feature_set: made, features }) => {
              toast({
                title: plural(features.length, {
                  one: 'Made # feature and a feature set of it',
                  other: 'Made # features and a feature set of them',
                }),
              });
              void navigate({ to: '/features/sets/$setId', params: { setId: made.id } });
            },
            onError: (error) => toastError(t`They could not be adopted`, error),
          },
        )
      }
    >
      <Trans>Adopt {count} as a feature set</Trans>
    </Button>
  );
}
