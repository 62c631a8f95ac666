import { useLingui } from '@lingui/react/macro';
import type { ComponentProps } from 'react';
import type { Tabs } from '@/components/Segmented';
import type { Model, ModelVersionDetail } from '@/lib/queries/models';
import { CardView } from './CardView';
import { DriftView } from './drift/DriftView';
import { AblationView } from './evaluation/AblationView';
import { EvaluationView } from './evaluation/EvaluationView';
import { LeakView } from './evaluation/LeakView';
import { LineageView } from './LineageView';
import { ResultsView } from './ResultsView';
import { ScoresView } from './ScoresView';

export type VersionTab =
  | 'results'
  | 'scores'
  | 'evaluation'
  | 'leaks'
  | 'ablation'
  | 'drift'
  | 'lineage'
  | 'card';

/** The parts of a version's page. A new one: its name above and in the router's search, and a row here. */
export function useVersionTabs(
  model: Model | undefined,
  version: ModelVersionDetail | undefined,
): ComponentProps<typeof Tabs<VersionTab>>['tabs'] {
  const { t } = useLingui();
  if (!model || !version) return [];
  const name = `${model.name} v${version.seq}`;
  return [
    { value: 'results', label: t`Results`, panel: <ResultsView model={model} version={version} /> },
    { value: 'scores', label: t`Scores`, panel: <ScoresView version={version} /> },
    {
      value: 'evaluation',
      label: t`Evaluation`,
      panel: <EvaluationView versionId={version.id} name={name} />,
    },
    {
      value: 'leaks',
      label: t`Leak check`,
      panel: (
        <LeakView subject={{ version: version.id }} input={{ version: version.id }} name={name} />
      ),
    },
    {
      value: 'ablation',
      label: t`Ablation`,
      panel: <AblationView versionId={version.id} name={name} />,
    },
    { value: 'drift', label: t`Drift`, panel: <DriftView model={model} version={version} /> },
    { value: 'lineage', label: t`Lineage`, panel: <LineageView version={version} /> },
    { value: 'card', label: t`Model card`, panel: <CardView version={version} /> },
  ];
}
