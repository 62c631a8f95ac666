import { Trans, useLingui } from '@lingui/react/macro';
import { Link } from '@tanstack/react-router';
import { useMemo } from 'react';
import { AlertFigure } from '@/components/AlertFigure';
import { Badge } from '@/components/Badge';
import { Button } from '@/components/Button';
import type { Column } from '@/components/DataTable';
import { ALERTS } from '@/lib/alertWords';
import { formatAgo, formatTime, NONE } from '@/lib/format';
import type { ModelAlert } from '@/lib/queries/alerts';
import { word } from '@/lib/words';
import type { Take } from './useNotice';

/** Where and what was found, and who took notice. */
export function useAlertColumns(take: Take, pending: boolean): Column<ModelAlert>[] {
  const { t, i18n } = useLingui();
  // biome-ignore lint/correctness/useExhaustiveDependencies: what `take` does never changes
  return useMemo(
    () => [
      {
        key: 'kind',
        header: t`Alert`,
        width: 150,
        cell: (row) => (
          <Link
            to="/models/$modelId/versions/$versionId"
            params={{ modelId: row.model_id, versionId: row.version_id }}
            search={{ tab: 'drift', report: row.report_id }}
            className="hover:underline"
          >
            <Badge tone={row.acknowledged ? 'neutral' : 'warn'}>
              {word(i18n, ALERTS, row.kind)}
            </Badge>
          </Link>
        ),
      },
      {
        key: 'subject',
        header: t`Feature or score`,
        width: 140,
        grow: 2,
        cell: (row) =>
          row.subject ? <span className="font-mono text-11">{row.subject}</span> : NONE,
      },
      {
        key: 'figure',
        header: t`Measured`,
        width: 200,
        grow: 2,
        cell: (row) => (
          <span className="text-text-2 tabular">
            <AlertFigure alert={row} />
          </span>
        ),
      },
      {
        key: 'model',
        header: t`Model`,
        width: 170,
        grow: 2,
        cell: (row) => (
          <Link
            to="/models/$modelId"
            params={{ modelId: row.model_id }}
            onClick={(event) => event.stopPropagation()}
            className="hover:underline"
          >
            {row.model_name} v{row.version_seq}
          </Link>
        ),
      },
      {
        key: 'alias',
        header: t`Alias`,
        width: 110,
        cell: (row) => (row.alias ? <Badge tone="accent">{row.alias}</Badge> : NONE),
      },
      {
        key: 'at',
        header: t`Found`,
        width: 110,
        numeric: true,
        cell: (row) => (
          <span className="text-text-2" title={formatTime(row.at)}>
            {formatAgo(row.at)}
          </span>
        ),
      },
      {
        key: 'notice',
        header: t`Acknowledged`,
        width: 200,
        cell: (row) => <Notice row={row} take={take} pending={pending} />,
      },
    ],
    [t, i18n, pending],
  );
}

function Notice({ row, take, pending }: { row: ModelAlert; take: Take; pending: boolean }) {
  const noted = row.acknowledged;
  return (
    <span className="flex items-center justify-between gap-2">
      {noted && (
        <span className="truncate text-text-2" title={formatTime(noted.at)}>
          {noted.by.name}, {formatAgo(noted.at)}
        </span>
      )}
      <Button
        small
        tone={noted ? 'quiet' : 'secondary'}
        disabled={pending}
        onClick={(event) => {
          event.stopPropagation();
          take([row], !noted);
        }}
      >
        {noted ? <Trans>Reopen</Trans> : <Trans>Acknowledge</Trans>}
      </Button>
    </span>
  );
}
