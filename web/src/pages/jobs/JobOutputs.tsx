import { useLingui } from '@lingui/react/macro';
import { useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { Card, Facts } from '@/components/Card';
import { CopyId } from '@/components/CopyId';
import { FrameDownload } from '@/components/FrameDownload';
import { datasetsQuery } from '@/lib/queries/datasets';
import type { Job } from '@/lib/queries/jobs';
import { flat } from '@/lib/queries/keys';
import { modelVersionQuery } from '@/lib/queries/models';
import { OUTPUTS, word } from '@/lib/words';

const LINK = 'font-medium text-accent-text hover:underline';

/** What the job made, each with the way to its page. */
export function JobOutputs({ job }: { job: Job }) {
  const { t, i18n } = useLingui();
  const outputs = Object.entries(job.outputs);
  if (outputs.length === 0) return null;
  return (
    <Card title={t`Made`} className="shrink-0">
      <Facts
        rows={outputs.map(([name, id]) => [
          word(i18n, OUTPUTS, name),
          <Output key={name} name={name} id={id} />,
        ])}
      />
    </Card>
  );
}

function Output({ name, id }: { name: string; id: string }) {
  const { t } = useLingui();
  if (name === 'backtest') {
    return (
      <Link to="/backtests/$backtestId" params={{ backtestId: id }} className={LINK}>
        {t`Open the backtest`}
      </Link>
    );
  }
  if (name === 'sweep') {
    return (
      <Link to="/backtests/sweeps/$sweepId" params={{ sweepId: id }} className={LINK}>
        {t`Open the sweep`}
      </Link>
    );
  }
  if (name === 'discovery') {
    return (
      <Link to="/features/discoveries/$discoveryId" params={{ discoveryId: id }} className={LINK}>
        {t`Open the discovery`}
      </Link>
    );
  }
  if (name === 'dataset_version') return <DatasetLink version={id} />;
  if (name === 'model_version') return <ModelVersionLink id={id} />;
  if (name === 'training_frame') return <FrameDownload id={id} />;
  return <CopyId id={id} />;
}

/** A version's dataset is known as long as the version is its newest. */
function DatasetLink({ version }: { version: string }) {
  const { data } = useInfiniteQuery(datasetsQuery());
  const dataset = flat(data?.pages).find((item) => item.latest?.id === version);
  if (!dataset) return <CopyId id={version} />;
  return (
    <Link to="/data/$datasetId" params={{ datasetId: dataset.id }} className={LINK}>
      {dataset.name} v{dataset.latest?.seq}
    </Link>
  );
}

function ModelVersionLink({ id }: { id: string }) {
  const { data } = useQuery(modelVersionQuery(id));
  if (!data) return <CopyId id={id} />;
  return (
    <Link
      to="/models/$modelId/versions/$versionId"
      params={{ modelId: data.model_id, versionId: id }}
      className={LINK}
    >
      {data.model_name} v{data.seq}
    </Link>
  );
}
