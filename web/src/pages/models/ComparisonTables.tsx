import { useLingui } from '@lingui/react/macro';
import { Link } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import { VerdictBadge } from '@/components/VerdictBadge';
import { cx } from '@/lib/classes';
import { formatDate, formatDuration, formatInteger, formatNumber, NONE } from '@/lib/format';
import type { Comparison } from '@/lib/queries/registry';
import { LEARNERS, PIN_ROLES, word } from '@/lib/words';
import { RankICText } from './evidence';

type Props = { comparison: Comparison };
type Row = { key: string; name: ReactNode; cells: ReactNode[]; differs?: boolean };

/** Versions as columns; what differs stands out. */
function Beside({ comparison, label, rows }: Props & { label: string; rows: Row[] }) {
  return (
    <table className="w-full min-w-80 text-12 tabular" aria-label={label}>
      <thead className="text-left">
        <tr>
          <td />
          {comparison.versions.map((version) => (
            <th key={version.id} scope="col" className="py-1 pl-3 text-right font-medium">
              <Link
                to="/models/$modelId/versions/$versionId"
                params={{ modelId: version.model_id, versionId: version.id }}
                className="text-accent-text hover:underline"
              >
                {`${version.model_name} v${version.seq}`}
              </Link>
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {rows.map((row) => (
          <tr key={row.key} className="border-line-soft border-t">
            <th scope="row" className="py-1 text-left font-normal text-text-3">
              {row.name}
            </th>
            {row.cells.map((cell, place) => (
              <td
                key={comparison.versions[place]?.id}
                className={cx('pl-3 text-right break-words', row.differs && 'text-accent-text')}
              >
                {cell}
              </td>
            ))}
          </tr>
        ))}
      </tbody>
    </table>
  );
}

export function FiguresTable({ comparison }: Props) {
  const { t, i18n } = useLingui();
  const of = (show: (version: Comparison['versions'][number]) => ReactNode): ReactNode[] =>
    comparison.versions.map(show);
  const rows: Row[] = [
    { key: 'learner', name: t`Learner`, cells: of((one) => word(i18n, LEARNERS, one.learner)) },
    {
      key: 'common',
      name: t`Rank IC on the common bars`,
      cells: of((one) => (one.common ? <RankICText ic={one.common} /> : NONE)),
    },
    {
      key: 'all',
      name: t`Rank IC on all its bars`,
      cells: of((one) => <RankICText ic={one.rank_ic} />),
    },
    {
      key: 'positive',
      name: t`Folds above 0`,
      cells: of((one) => `${one.positive_folds} / ${one.folds.length}`),
    },
    {
      key: 'verdict',
      name: t`Verdict`,
      cells: of((one) => <VerdictBadge verdict={one.verdict.key} />),
    },
    { key: 'trials', name: t`Trials`, cells: of((one) => formatInteger(one.verdict.trials)) },
    { key: 'features', name: t`Features`, cells: of((one) => formatInteger(one.features)) },
    { key: 'until', name: t`Trained until`, cells: of((one) => formatDate(one.trained_until)) },
    { key: 'took', name: t`Training took`, cells: of((one) => formatDuration(one.duration_s)) },
  ];
  const most = Math.max(...comparison.versions.map((version) => version.folds.length));
  for (let fold = 0; fold < most; fold++) {
    rows.push({
      key: `fold ${fold}`,
      name: t`Fold ${fold + 1}`,
      cells: of((one) => {
        const ic = one.folds[fold];
        return ic ? <RankICText ic={ic} /> : NONE;
      }),
    });
  }
  return <Beside comparison={comparison} label={t`Figures`} rows={rows} />;
}

export function ParametersTable({ comparison }: Props) {
  const { t } = useLingui();
  const rows = comparison.parameters.map((one) => ({
    key: one.name,
    name: <span className="font-mono text-11">{one.name}</span>,
    cells: one.values.map(shown),
    differs: !one.equal,
  }));
  return <Beside comparison={comparison} label={t`Parameters`} rows={rows} />;
}

export function PinsTable({ comparison }: Props) {
  const { t, i18n } = useLingui();
  const rows = comparison.pins
    .filter(({ pins }) => pins.some((pin) => pin?.name))
    .map(({ role, pins, equal }) => ({
      key: role,
      name: word(i18n, PIN_ROLES, role),
      cells: pins.map((pin) => (pin?.name ? `${pin.name} v${pin.seq}` : NONE)),
      differs: !equal,
    }));
  return <Beside comparison={comparison} label={t`Made from`} rows={rows} />;
}

/** A setting as text: numbers in the reader's form, lists with commas, parts by name, a dash for nothing. */
function shown(value: unknown): string {
  if (value === null || value === undefined) return NONE;
  if (typeof value === 'number') {
    return Number.isInteger(value) ? formatInteger(value) : formatNumber(value, 4);
  }
  if (Array.isArray(value)) {
    const parts = value.some((one) => typeof one === 'object' && one !== null);
    return value.map(shown).join(parts ? '; ' : ', ');
  }
  if (typeof value === 'object') {
    const entries = Object.entries(value).filter(([, one]) => !isEmpty(one));
    return entries.map(([name, one]) => `${name} ${shown(one)}`).join(', ');
  }
  return String(value);
}

const isEmpty = (value: unknown): boolean =>
  typeof value === 'object' && value !== null && Object.keys(value).length === 0;
