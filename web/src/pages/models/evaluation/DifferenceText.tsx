import { formatSigned } from '@/lib/format';
import type { Difference } from '@/lib/queries/evaluations';

/** A paired difference with its interval; it stands out where the interval leaves zero out. */
export function DifferenceText({ difference }: { difference: Difference | null }) {
  if (!difference || difference.mean === null) return <span className="text-text-3">–</span>;
  const { mean, low, high } = difference;
  const sure = low !== null && high !== null && (low > 0 || high < 0);
  const tone = !sure ? 'text-text-2' : mean > 0 ? 'font-medium text-gain' : 'font-medium text-loss';
  return (
    <span className="tabular">
      <span className={tone}>{formatSigned(mean, 4)}</span>
      <span className="text-text-3">
        {' '}
        ({formatSigned(low, 4)}, {formatSigned(high, 4)})
      </span>
    </span>
  );
}
