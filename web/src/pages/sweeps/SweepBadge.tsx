import { useLingui } from '@lingui/react/macro';
import { CircleHelp, ShieldCheck, TrendingDown } from 'lucide-react';
import { Badge } from '@/components/Badge';
import type { Sweep } from '@/lib/queries/sweeps';

/** What a sweep proves, in a word. */
export function SweepBadge({ verdict }: { verdict: Sweep['verdict']['key'] }) {
  const { t } = useLingui();
  switch (verdict) {
    case 'proven':
      return <Badge tone="good" icon={<ShieldCheck aria-hidden />}>{t`Not luck`}</Badge>;
    case 'none_beats':
      return <Badge tone="bad" icon={<TrendingDown aria-hidden />}>{t`None beats holding`}</Badge>;
    default:
      return <Badge tone="warn" icon={<CircleHelp aria-hidden />}>{t`None proven`}</Badge>;
  }
}
