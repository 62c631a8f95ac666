import { useLingui } from '@lingui/react/macro';
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { StatusBadge } from '@/components/Badge';
import { Card } from '@/components/Card';
import { cx } from '@/lib/classes';
import { chainQuery, type Job } from '@/lib/queries/jobs';

/** How many steps lie before each job of a chain. */
function depths(jobs: Job[]): Map<string, number> {
  const byId = new Map(jobs.map((job) => [job.id, job]));
  const known = new Map<string, number>();
  const depth = (id: string): number => {
    const before = known.get(id);
    if (before !== undefined) return before;
    known.set(id, 0);
    const inputs = (byId.get(id)?.inputs ?? []).filter((input) => byId.has(input));
    const found = inputs.length > 0 ? 1 + Math.max(...inputs.map(depth)) : 0;
    known.set(id, found);
    return found;
  };
  for (const job of jobs) depth(job.id);
  return known;
}

/** The jobs that were posted with this one, each below what it reads. */
export function JobChain({ job }: { job: Job }) {
  const { t } = useLingui();
  const chain = useQuery({ ...chainQuery(job.chain_id ?? ''), enabled: job.chain_id !== null });
  const jobs = chain.data ?? [];
  if (jobs.length < 2) return null;
  const depth = depths(jobs);
  const ordered = jobs.toSorted(
    (a, b) =>
      (depth.get(a.id) ?? 0) - (depth.get(b.id) ?? 0) || a.created_at.localeCompare(b.created_at),
  );
  const done = jobs.filter((item) => item.state === 'done').length;
  return (
    <Card title={t`Chain`} note={`${done} / ${jobs.length}`} flush className="shrink-0">
      <ol className="pb-1.5 text-12">
        {ordered.map((item) => (
          <li key={item.id}>
            <Link
              to="/jobs/$jobId"
              params={{ jobId: item.id }}
              aria-current={item.id === job.id ? 'true' : undefined}
              className={cx(
                'flex min-h-8 items-center gap-2 pr-3 hover:bg-hover',
                item.id === job.id && 'bg-surface-2 font-medium',
              )}
              style={{ paddingLeft: 12 + 12 * (depth.get(item.id) ?? 0) }}
            >
              <span className="min-w-0 flex-1 truncate">{item.name}</span>
              <StatusBadge state={item.state} />
            </Link>
          </li>
        ))}
      </ol>
    </Card>
  );
}
