import { useLingui } from '@lingui/react/macro';
import { CircleHelp, ShieldAlert, ShieldCheck, TrendingDown } from 'lucide-react';
import { Badge } from '@/components/Badge';

export type VerdictKey = 'not_luck' | 'unproven' | 'luck' | 'loses';

/** Skill or luck, in a word: `<VerdictBadge verdict={backtest.verdict.key} />`. */
export function VerdictBadge({ verdict }: { verdict: VerdictKey }) {
  const { t } = useLingui();
  switch (verdict) {
    case 'not_luck':
      return <Badge tone="good" icon={<ShieldCheck aria-hidden />}>{t`Not luck`}</Badge>;
    case 'luck':
      return <Badge tone="warn" icon={<ShieldAlert aria-hidden />}>{t`Luck`}</Badge>;
    case 'loses':
      return <Badge tone="bad" icon={<TrendingDown aria-hidden />}>{t`Loses`}</Badge>;
    default:
      return <Badge tone="warn" icon={<CircleHelp aria-hidden />}>{t`Unproven`}</Badge>;
  }
}
