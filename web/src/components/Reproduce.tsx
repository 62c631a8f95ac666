import { useLingui } from '@lingui/react/macro';
import { type UseMutationResult, useQuery, useQueryClient } from '@tanstack/react-query';
import { Equal } from 'lucide-react';
import { useEffect } from 'react';
import { Badge } from '@/components/Badge';
import { Button } from '@/components/Button';
import { toast, toastError } from '@/components/Toast';
import { Tooltip } from '@/components/Tooltip';
import { PARTS } from '@/lib/backtestWords';
import { formatPercent, formatTime } from '@/lib/format';
import { isUnfinished, type Job, jobQuery } from '@/lib/queries/jobs';
import { word } from '@/lib/words';

type ReproduceProps = {
  post: UseMutationResult<Job, Error, void>;
  /** The query that shows whether both were equal. */
  of: readonly string[];
};

/** Runs a result again; its page then says whether the numbers were equal. */
export function Reproduce({ post, of }: ReproduceProps) {
  const { t } = useLingui();
  const client = useQueryClient();
  const { data: job } = useQuery({
    ...jobQuery(post.data?.id ?? ''),
    enabled: Boolean(post.data),
    // The shell's stream writes into this query; asking is for a stream that is down.
    refetchInterval: (query) =>
      !query.state.data || isUnfinished(query.state.data) ? 1_000 : false,
  });
  const running = post.isPending || Boolean(job && isUnfinished(job));
  const state = job?.state;
  const key = JSON.stringify(of);
  useEffect(() => {
    if (state === 'done') void client.invalidateQueries({ queryKey: JSON.parse(key) });
    if (state === 'failed' || state === 'cancelled')
      toast({ title: t`It could not be reproduced: see its job`, tone: 'bad' });
  }, [state, client, key, t]);
  return (
    <Button
      icon={<Equal aria-hidden />}
      busy={running}
      onClick={() =>
        post.mutate(undefined, {
          onError: (error) => toastError(t`It could not be reproduced`, error),
        })
      }
    >
      {running && job ? t`Reproducing ${formatPercent(job.progress, 0)}` : t`Reproduce`}
    </Button>
  );
}

type ReproducedProps = {
  again: { equal: boolean; differs: string[]; at: string } | null;
};

/** How the newest reproduction compares. */
export function Reproduced({ again }: ReproducedProps) {
  const { t, i18n } = useLingui();
  if (!again) return null;
  const parts = again.differs.map((part) => word(i18n, PARTS, part)).join(', ');
  const when = formatTime(again.at);
  return (
    <Tooltip text={parts ? t`Run again ${when}. Not the same: ${parts}.` : t`Run again ${when}.`}>
      <button type="button" className="min-h-6 cursor-help rounded-full">
        <Badge tone={again.equal ? 'good' : 'bad'}>
          {again.equal ? t`Reproduced: equal` : t`Reproduced: different`}
        </Badge>
      </button>
    </Tooltip>
  );
}
