import { Trans, useLingui } from '@lingui/react/macro';
import { Button } from '@/components/Button';
import { Facts } from '@/components/Card';
import { settingRows } from '@/lib/settingRows';
import type { Draft } from './draft';

/** What the form shows, or takes over, itself. */
const FIELDS = new Set(['initial_cash', 'commission_bps', 'half_spread_bps', 'fill']);

type KeptProps = { kept: Draft['kept']; onLeave: () => void };

/** What stays of an earlier account beside the fields of this form, to be read and left out. */
export function Kept({ kept, onLeave }: KeptProps) {
  const { t, i18n } = useLingui();
  if (!kept) return null;
  const others = Object.entries(kept).filter(([key]) => !FIELDS.has(key));
  const rows = settingRows(i18n, Object.fromEntries(others) as Partial<typeof kept>);
  if (rows.length === 0) return null;
  return (
    <section aria-label={t`Kept of the earlier account`} className="col-span-2 flex flex-col gap-1">
      <div className="flex items-center justify-between gap-2">
        <h3 className="text-12 text-text-2">
          <Trans>Kept of the earlier account</Trans>
        </h3>
        <Button onClick={onLeave}>
          <Trans>Leave out</Trans>
        </Button>
      </div>
      <Facts rows={rows} />
    </section>
  );
}
