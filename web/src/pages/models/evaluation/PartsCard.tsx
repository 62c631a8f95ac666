import { useLingui } from '@lingui/react/macro';
import { useMemo } from 'react';
import { Card } from '@/components/Card';
import { type Column, DataTable } from '@/components/DataTable';
import {
  formatInteger,
  formatNumber,
  formatSigned,
  formatSignedPercent,
  toneOf,
} from '@/lib/format';
import type { Part } from '@/lib/queries/evaluations';

type PartsProps = {
  title: string;
  note?: string;
  parts: Part[];
  words?: (key: string) => string;
};

/** Rank IC and the best fifth less the worst in each part, with standard errors. */
export function PartsCard({ title, note, parts, words }: PartsProps) {
  const { t } = useLingui();
  const columns = useMemo<Column<Part>[]>(
    () => [
      {
        key: 'key',
        header: t`Part`,
        width: 96,
        grow: 2,
        value: (part) => part.key,
        cell: (part) => (words ? words(part.key) : part.key),
      },
      {
        key: 'bars',
        header: t`Bars`,
        width: 60,
        numeric: true,
        value: (part) => part.ic.bars,
        cell: (part) => formatInteger(part.ic.bars),
      },
      {
        key: 'ic',
        header: t`Rank IC ± se`,
        width: 128,
        numeric: true,
        value: (part) => part.ic.mean,
        cell: (part) => (
          <WithError
            tone={toneOf(part.ic.mean)}
            value={formatSigned(part.ic.mean, 3)}
            error={formatNumber(part.ic.standard_error, 3)}
          />
        ),
      },
      {
        key: 'gross',
        header: t`Spread`,
        width: 72,
        numeric: true,
        value: (part) => part.gross.value,
        cell: (part) => formatSignedPercent(part.gross.value, 2),
      },
      {
        key: 'net',
        header: t`After costs ± se`,
        width: 136,
        numeric: true,
        value: (part) => part.net.value,
        cell: (part) => (
          <WithError
            tone={toneOf(part.net.value)}
            value={formatSignedPercent(part.net.value, 2)}
            error={formatNumber(part.net.error === null ? null : part.net.error * 100, 2)}
          />
        ),
      },
    ],
    [t, words],
  );
  return (
    <Card title={title} note={note} flush>
      <DataTable
        label={title}
        columns={columns}
        rows={parts}
        rowKey={(part) => part.key}
        dense
        maxHeight={280}
      />
    </Card>
  );
}

function WithError({ tone, value, error }: { tone: string; value: string; error: string }) {
  return (
    <span>
      <span className={tone}>{value}</span>
      <span className="text-text-3"> ± {error}</span>
    </span>
  );
}
