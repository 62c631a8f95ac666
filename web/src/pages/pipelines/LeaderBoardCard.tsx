import { Trans, useLingui } from '@lingui/react/macro';
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useMemo } from 'react';
import { Badge } from '@/components/Badge';
import { Card } from '@/components/Card';
import { type Column, DataTable } from '@/components/DataTable';
import { RankICText, VerdictText } from '@/components/ModelEvidence';
import { Skeleton } from '@/components/Skeleton';
import { ErrorCard } from '@/components/States';
import { formatNumber, formatPercent, formatSigned, NONE } from '@/lib/format';
import { entryName } from '@/lib/pipelineWords';
import { isRunning, type Leader, leaderBoardQuery, type Pipeline } from '@/lib/queries/pipelines';

/** Learners and ensembles side by side; the order is the evaluation's, the choice was not. */
export function LeaderBoardCard({ pipeline }: { pipeline: Pipeline }) {
  const { t } = useLingui();
  const board = useQuery({
    ...leaderBoardQuery(pipeline.id),
    enabled: pipeline.state === 'done',
  });
  const columns = useColumns(pipeline);
  if (pipeline.state !== 'done') {
    return (
      <Card title={t`Leader board`} className="shrink-0">
        <p className="text-12 text-text-2">
          {isRunning(pipeline) ? (
            <Trans>It stands here when the last stage is done.</Trans>
          ) : (
            <Trans>The pipeline ended before its last stage.</Trans>
          )}
        </p>
      </Card>
    );
  }
  if (board.error) {
    return (
      <ErrorCard
        error={board.error}
        what={t`The leader board`}
        onRetry={() => void board.refetch()}
      />
    );
  }
  if (!board.data) return <Skeleton className="h-72 rounded-xl" />;
  return (
    <>
      <Card title={t`Skill or luck?`} className="shrink-0">
        <VerdictText verdict={board.data.verdict} />
      </Card>
      <Card
        title={t`Leader board`}
        note={t`measured on bars that chose nothing`}
        className="shrink-0"
        flush
      >
        <DataTable
          label={t`Leader board`}
          columns={columns}
          rows={board.data.entries}
          rowKey={(row) => row.name}
          maxHeight={48 + 36 * board.data.entries.length}
          dense
        />
      </Card>
    </>
  );
}

function useColumns(pipeline: Pipeline): Column<Leader>[] {
  const { t, i18n } = useLingui();
  return useMemo(
    () => [
      {
        key: 'name',
        header: t`Entry`,
        width: 210,
        grow: 2,
        value: (row) => row.name,
        cell: (row) => (
          <span className="inline-flex items-center gap-2">
            <span className="truncate font-medium">{entryName(i18n, row.name)}</span>
            {row.recommended && <Badge tone="accent">{t`recommended`}</Badge>}
          </span>
        ),
      },
      {
        key: 'development',
        header: t`Rank IC ± se, out of fold`,
        width: 170,
        numeric: true,
        value: (row) => row.development.mean,
        cell: (row) => <RankICText ic={row.development} />,
      },
      {
        key: 'evaluation',
        header: t`Rank IC ± se, evaluation`,
        width: 170,
        numeric: true,
        value: (row) => row.evaluation.mean,
        cell: (row) => <RankICText ic={row.evaluation} />,
      },
      {
        key: 'difference',
        header: t`To the best learner`,
        width: 150,
        numeric: true,
        value: (row) => row.difference.mean,
        cell: (row) =>
          row.difference.standard_error ? (
            <span className="tabular">
              {formatSigned(row.difference.mean, 4)}
              <span className="text-text-3">
                {' '}
                ± {formatNumber(row.difference.standard_error, 4)}
              </span>
            </span>
          ) : (
            NONE
          ),
      },
      {
        key: 'weights',
        header: t`Made of`,
        width: 200,
        grow: 2,
        cell: (row) => {
          const weights = Object.entries(row.weights).filter(([, weight]) => weight !== 0);
          return (
            <span className="truncate text-text-2">
              {weights
                .map(([name, weight]) => `${entryName(i18n, name)} ${formatPercent(weight, 0)}`)
                .join(', ') || NONE}
            </span>
          );
        },
      },
      {
        key: 'version',
        header: t`Version`,
        width: 80,
        cell: (row) =>
          row.version ? (
            <Link
              to="/models/$modelId/versions/$versionId"
              params={{ modelId: pipeline.model.id, versionId: row.version.id }}
              className="font-medium text-accent-text hover:underline"
            >
              v{row.version.seq}
            </Link>
          ) : (
            NONE
          ),
      },
    ],
    [t, i18n, pipeline.model.id],
  );
}
