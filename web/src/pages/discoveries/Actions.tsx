import { Trans, useLingui } from '@lingui/react/macro';
import { useQueryClient } from '@tanstack/react-query';
import { Link, useNavigate } from '@tanstack/react-router';
import { Equal, SlidersHorizontal, Trash2 } from 'lucide-react';
import { useEffect, useState } from 'react';
import { Button, buttonClass, IconButton } from '@/components/Button';
import { Confirm } from '@/components/Dialog';
import { useFollowedJob } from '@/components/RunningJob';
import { toast, toastError } from '@/components/Toast';
import { formatPercent } from '@/lib/format';
import {
  type Discovery,
  discoveryKeys,
  useDeleteDiscovery,
  useReproduceDiscovery,
} from '@/lib/queries/discoveries';
import { isUnfinished } from '@/lib/queries/jobs';

/** Prove it again, remove it, search for something like it. */
export function Actions({ discovery }: { discovery: Discovery }) {
  return (
    <>
      <Reproduce id={discovery.id} />
      <Remove discovery={discovery} />
      <Link
        to="/features/discoveries/new"
        search={{ from: discovery.id }}
        className={buttonClass('primary')}
      >
        <SlidersHorizontal className="size-3.5" aria-hidden />
        <Trans>Change and search</Trans>
      </Link>
    </>
  );
}

function Reproduce({ id }: { id: string }) {
  const { t } = useLingui();
  const client = useQueryClient();
  const reproduce = useReproduceDiscovery(id);
  const job = useFollowedJob(reproduce.data?.id);
  const running = reproduce.isPending || Boolean(job && isUnfinished(job));
  const state = job?.state;
  useEffect(() => {
    if (state === 'done') void client.invalidateQueries({ queryKey: discoveryKeys.one(id) });
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

function Remove({ discovery }: { discovery: Discovery }) {
  const { t } = useLingui();
  const navigate = useNavigate();
  const [asking, setAsking] = useState(false);
  const remove = useDeleteDiscovery(discovery.id);
  return (
    <>
      <IconButton label={t`Delete`} onClick={() => setAsking(true)}>
        <Trash2 aria-hidden />
      </IconButton>
      <Confirm
        open={asking}
        onClose={() => setAsking(false)}
        title={t`Delete this discovery?`}
        action={t`Delete`}
        busy={remove.isPending}
        onConfirm={() =>
          remove.mutate(undefined, {
            onSuccess: () => void navigate({ to: '/features/discoveries' }),
            onError: (error) => toastError(t`It could not be deleted`, error),
          })
        }
      >
        <Trans>
          It is hidden with its candidates. Features that were adopted stay, and so do its trials:
          what was tried cannot be untried.
        </Trans>
      </Confirm>
    </>
  );
}
