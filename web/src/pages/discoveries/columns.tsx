import { useLingui } from '@lingui/react/macro';
import { useMemo } from 'react';
import { Badge } from '@/components/Badge';
import type { Column } from '@/components/DataTable';
import { Tooltip } from '@/components/Tooltip';
import {
  formatNumber,
  formatPercent,
  formatSigned,
  formatSignedPercent,
  NONE,
  toneOf,
} from '@/lib/format';
import type { Candidate } from '@/lib/queries/discoveries';
import { word } from '@/lib/words';
import { EXPLAINED, ORIGINS, REASONS } from './discoveryWords';

/** A p-value with the digits that it deserves. */
export function formatP(value: number | null): string {
  if (value === null) return NONE;
  return value < 0.0001 ? `<${formatNumber(0.0001, 4)}` : formatNumber(value, value < 0.01 ? 4 : 2);
}

/** What was measured of a candidate, and why it fell. */
export function useCandidateColumns(): Column<Candidate>[] {
  const { t, i18n } = useLingui();
  return useMemo(
    () => [
      {
        key: 'expression',
        header: t`Expression`,
        width: 260,
        grow: 6,
        sortable: true,
        cell: (row) => (
          <code title={row.expression} className="font-mono text-11 text-text-2">
            {row.expression}
          </code>
        ),
      },
      {
        key: 'reason',
        header: t`Fell because`,
        width: 124,
        cell: (row) =>
          row.reason === null ? (
            <Badge tone="good">{t`kept`}</Badge>
          ) : (
            <Tooltip text={i18n._(EXPLAINED[row.reason])}>
              <span className="text-text-2">{i18n._(REASONS[row.reason])}</span>
            </Tooltip>
          ),
      },
      {
        key: 'ic',
        header: t`Rank IC ± se`,
        width: 130,
        numeric: true,
        sortable: true,
        cell: (row) => (
          <>
            <span className={toneOf(row.ic)}>{formatSigned(row.ic, 3)}</span>
            <span className="text-text-3"> ± {formatNumber(row.ic_error, 3)}</span>
          </>
        ),
      },
      {
        key: 't',
        header: 't',
        width: 56,
        numeric: true,
        sortable: true,
        cell: (row) => formatSigned(row.t, 1),
      },
      {
        key: 'adjusted_p',
        header: t`Adjusted p`,
        width: 90,
        numeric: true,
        sortable: true,
        cell: (row) => formatP(row.adjusted_p),
      },
      {
        key: 'same_sign',
        header: t`Years`,
        width: 64,
        numeric: true,
        sortable: true,
        cell: (row) => `${row.same_sign}/${row.periods}`,
      },
      {
        key: 'net_return',
        header: t`Net a year`,
        width: 88,
        numeric: true,
        sortable: true,
        cell: (row) => (
          <span className={toneOf(row.net_return)}>{formatSignedPercent(row.net_return, 1)}</span>
        ),
      },
      {
        key: 'turnover',
        header: t`Turnover`,
        width: 80,
        numeric: true,
        sortable: true,
        cell: (row) => `${formatNumber(row.turnover, 0)}×`,
      },
      {
        key: 'coverage',
        header: t`Coverage`,
        width: 80,
        numeric: true,
        sortable: true,
        cell: (row) => formatPercent(row.coverage, 0),
      },
      {
        key: 'cluster',
        header: t`Cluster`,
        width: 68,
        numeric: true,
        sortable: true,
        cell: (row) => (row.cluster > 0 ? row.cluster : NONE),
      },
      {
        key: 'family',
        header: t`Family`,
        width: 104,
        sortable: true,
        cell: (row) => (
          <span title={row.origin} className="text-text-2">
            {word(i18n, ORIGINS, row.family)}
          </span>
        ),
      },
    ],
    [t, i18n],
  );
}
