import { Trans, useLingui } from '@lingui/react/macro';
import { useQuery } from '@tanstack/react-query';
import { getRouteApi } from '@tanstack/react-router';
import { BrainCircuit } from 'lucide-react';
import { type FormEvent, useEffect, useState } from 'react';
import { Button } from '@/components/Button';
import { Card } from '@/components/Card';
import { FeaturesAndQuestion, NEW_QUESTION, useChosenSet } from '@/components/FeaturesAndQuestion';
import { Field, Input } from '@/components/Field';
import { Page } from '@/components/Page';
import { ErrorCard, Reason } from '@/components/States';
import { fieldErrors } from '@/lib/problem';
import {
  learnersQuery,
  modelQuery,
  modelStepsQuery,
  modelVersionQuery,
  useTrain,
} from '@/lib/queries/models';
import { useCreateQuestion } from '@/lib/queries/questions';
import { LEARNERS, word } from '@/lib/words';
import { LearnerFields, TargetFields } from './LearnerFields';
import { ProofFields } from './ProofFields';
import { StepFields } from './StepFields';
import { DEFAULTS, type Draft, ofVersion, specOf } from './trainDraft';

const route = getRouteApi('/shell/models/new');

export default function NewModelPage() {
  const { t, i18n } = useLingui();
  const { model: modelId, set: chosenSet } = route.useSearch();
  const navigate = route.useNavigate();
  const learners = useQuery(learnersQuery());
  const steps = useQuery(modelStepsQuery());
  const chosen = useChosenSet(chosenSet);
  const [draft, setDraft] = useState<Draft>(DEFAULTS);
  const [name, setName] = useState('');
  const [question, setQuestion] = useState<string>();
  const train = useTrain();
  const ask = useCreateQuestion();
  const set = (change: Partial<Draft>): void => {
    setDraft((before) => ({ ...before, ...change }));
    if (train.error) train.reset();
  };
  const model = useModel(modelId, set);

  const learner = learners.data?.find((one) => one.name === draft.learner);
  const computed = chosen.data?.computed;
  const title = name.trim() || t`${word(i18n, LEARNERS, draft.learner)}, ${draft.horizon} bars`;
  const busy = train.isPending || ask.isPending;
  const ready = Boolean(learner && computed && question) && !busy && (!modelId || Boolean(model));
  const submit = async (event: FormEvent): Promise<void> => {
    event.preventDefault();
    if (!ready || !learner || !computed || !question) return;
    const { id } = question === NEW_QUESTION ? await ask.mutateAsync(title) : { id: question };
    const job = await train.mutateAsync({
      model: modelId ? { id: modelId } : { name: title },
      question: id,
      features: computed.run_id,
      name: t`Train ${model?.name ?? title}`,
      spec: specOf(draft, learner),
    });
    void navigate({ to: '/jobs/$jobId', params: { jobId: job.id } });
  };
  const refused = train.error ?? ask.error;
  const form = { draft, set, errors: fieldErrors(refused) };
  const broken = learners.error ? learners : steps;
  if (broken.error) {
    return (
      <Page title={t`Train a model`}>
        <ErrorCard
          error={broken.error}
          what={t`The learners`}
          onRetry={() => void broken.refetch()}
        />
      </Page>
    );
  }
  return (
    <Page
      title={model ? t`Train ${model.name} again` : t`Train a model`}
      actions={
        <Button
          tone="primary"
          type="submit"
          form="train"
          icon={<BrainCircuit aria-hidden />}
          busy={busy}
          disabled={!ready}
        >
          <Trans>Train</Trans>
        </Button>
      }
    >
      {refused && (
        <Card aria-label={t`The training was refused`} className="shrink-0">
          <p role="alert" className="text-13 text-loss">
            <Reason error={refused} />
          </p>
        </Card>
      )}
      <form
        id="train"
        // The server says what is wrong, and a step is a habit of the keys, not a rule.
        noValidate
        onSubmit={(event) => void submit(event).catch(() => undefined)}
        className="grid gap-3 lg:grid-cols-[minmax(0,1fr)_minmax(0,1fr)]"
      >
        <div className="flex min-w-0 flex-col gap-3">
          <FeaturesAndQuestion
            set={chosen}
            onSet={(next) =>
              void navigate({ search: (before) => ({ ...before, set: next }), replace: true })
            }
            setError={form.errors.features}
            question={question}
            onQuestion={setQuestion}
            questionHint={t`Each seed is a trial of it`}
            newQuestion={t`A new question, named after the model`}
          >
            {!modelId && (
              <Field label={t`Name`} error={form.errors.name} className="sm:col-span-2">
                <Input
                  value={name}
                  placeholder={title}
                  onChange={(event) => setName(event.target.value)}
                />
              </Field>
            )}
          </FeaturesAndQuestion>
          <TargetFields
            {...form}
            learner={learner}
            features={chosen.data?.members.map((one) => one.name) ?? []}
          />
          <StepFields {...form} steps={steps.data ?? []} />
        </div>
        <div className="flex min-w-0 flex-col gap-3">
          <LearnerFields {...form} learners={learners.data ?? []} />
          <ProofFields {...form} />
        </div>
      </form>
    </Page>
  );
}

/** The model that gets another version; the form starts as its newest one. */
function useModel(id: string | undefined, set: (change: Partial<Draft>) => void) {
  const model = useQuery({ ...modelQuery(id ?? ''), enabled: Boolean(id) });
  const latest = model.data?.latest?.id;
  const version = useQuery({ ...modelVersionQuery(latest ?? ''), enabled: Boolean(latest) });
  // biome-ignore lint/correctness/useExhaustiveDependencies: only what was read starts it
  useEffect(() => {
    if (version.data) set(ofVersion(version.data));
  }, [version.data]);
  return model.data;
}
