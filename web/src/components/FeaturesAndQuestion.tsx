import { useLingui } from '@lingui/react/macro';
import { useInfiniteQuery, useQuery } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { Card } from '@/components/Card';
import { ComputeFirst } from '@/components/ComputeFirst';
import { Field } from '@/components/Field';
import { Select } from '@/components/Select';
import { formatInteger } from '@/lib/format';
import { featureSetQuery, featureSetsQuery } from '@/lib/queries/features';
import { flat } from '@/lib/queries/keys';
import { questionsQuery } from '@/lib/queries/questions';

/** A question that is not asked yet. */
export const NEW_QUESTION = 'new';

/** The feature set that is chosen, or the first one. */
export function useChosenSet(chosen: string | undefined) {
  const sets = flat(useInfiniteQuery(featureSetsQuery()).data?.pages);
  const id = chosen ?? sets[0]?.id;
  const { data } = useQuery({ ...featureSetQuery(id ?? ''), enabled: Boolean(id) });
  return { sets, id, data };
}

/** What is learned from, and the question that each configuration is a trial of. */
export function FeaturesAndQuestion(props: {
  set: ReturnType<typeof useChosenSet>;
  onSet: (id: string) => void;
  setHint?: string;
  setError?: string;
  /** What is chosen in place of a set. */
  subject?: ReactNode;
  question: string | undefined;
  onQuestion: (id: string) => void;
  questionHint: string;
  newQuestion: string;
  children?: ReactNode;
}) {
  const { t } = useLingui();
  const { sets, id: setId, data } = props.set;
  const questions = flat(useInfiniteQuery(questionsQuery()).data?.pages);
  return (
    <Card title={t`Features and question`}>
      <div className="grid gap-3 sm:grid-cols-2">
        {props.subject || (
          <Field label={t`Feature set`} error={props.setError} hint={props.setHint}>
            <Select
              value={setId ?? null}
              placeholder={t`Make one on the page of features`}
              options={sets.map((one) => ({ value: one.id, label: one.name }))}
              onChange={props.onSet}
            />
          </Field>
        )}
        <Field label={t`Question`} hint={props.questionHint}>
          <Select
            value={props.question ?? null}
            placeholder={t`What does it answer?`}
            options={[
              ...questions.map((one) => ({
                value: one.id,
                label: one.name,
                note: t`${formatInteger(one.trials)} trials`,
              })),
              { value: NEW_QUESTION, label: props.newQuestion },
            ]}
            onChange={props.onQuestion}
          />
        </Field>
        {props.children}
      </div>
      {!props.subject && setId && data && !data.computed && (
        <ComputeFirst setId={setId} className="pt-2" />
      )}
    </Card>
  );
}
