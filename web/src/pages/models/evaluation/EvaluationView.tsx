import { Trans, useLingui } from '@lingui/react/macro';
import { useState } from 'react';
import { Segmented } from '@/components/Segmented';
import type { EvaluationResult } from '@/lib/queries/evaluations';
import { Chances } from './Chances';
import { EvaluationFrame } from './EvaluationFrame';
import { Explained } from './Explained';
import { History } from './History';
import { Worth } from './Worth';

type Section = 'worth' | 'explained' | 'chances' | 'history';

/** What a version's out-of-fold scores are worth, where and when, and what they are made of. */
export function EvaluationView({ versionId, name }: { versionId: string; name: string }) {
  const { t } = useLingui();
  return (
    <EvaluationFrame
      kind="evaluation"
      subject={{ version: versionId }}
      input={{ version: versionId }}
      name={t`Evaluate ${name}`}
      verb={<Trans>Evaluate</Trans>}
      title={<Trans>Not evaluated yet.</Trans>}
      about={
        <Trans>
          Rank IC and returns after costs by year, sector and state of the market; decay,
          calibration, intervals, importance, and how much history it needs. The folds are fitted
          again; trainings on other lengths of history count as trials.
        </Trans>
      }
    >
      {(found) => found.evaluation && <Sections result={found.evaluation} />}
    </EvaluationFrame>
  );
}

function Sections({ result }: { result: EvaluationResult }) {
  const { t } = useLingui();
  const [section, setSection] = useState<Section>('worth');
  return (
    <>
      <div className="self-start">
        <Segmented<Section>
          label={t`Section of the evaluation`}
          value={section}
          onChange={setSection}
          options={[
            { value: 'worth', label: t`Where it works` },
            { value: 'explained', label: t`What it listens to` },
            { value: 'chances', label: t`Chances and intervals` },
            { value: 'history', label: t`History needed` },
          ]}
        />
      </div>
      {section === 'worth' && <Worth result={result} />}
      {section === 'explained' && <Explained result={result} />}
      {section === 'chances' && <Chances result={result} />}
      {section === 'history' && <History result={result} />}
    </>
  );
}
