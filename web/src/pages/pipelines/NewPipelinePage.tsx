import { Trans, useLingui } from '@lingui/react/macro';
import { getRouteApi } from '@tanstack/react-router';
import { WandSparkles } from 'lucide-react';
import { type FormEvent, useState } from 'react';
import { Button } from '@/components/Button';
import { Card } from '@/components/Card';
import { FeaturesAndQuestion, NEW_QUESTION, useChosenSet } from '@/components/FeaturesAndQuestion';
import { Field, Input } from '@/components/Field';
import { Page } from '@/components/Page';
import { Reason } from '@/components/States';
import { fieldErrors } from '@/lib/problem';
import { useCreatePipeline } from '@/lib/queries/pipelines';
import { useCreateQuestion } from '@/lib/queries/questions';
import { DEFAULTS, type Draft, requestOf } from './draft';
import { EffortFields, LabelFields } from './Fields';
import { SourceFields, UniverseField, useChosenUniverse } from './SourceFields';

const route = getRouteApi('/shell/models/pipelines/new');

export default function NewPipelinePage() {
  const { t } = useLingui();
  const { set: chosenSet } = route.useSearch();
  const navigate = route.useNavigate();
  const chosen = useChosenSet(chosenSet);
  const [draft, setDraft] = useState<Draft>(DEFAULTS);
  const [name, setName] = useState('');
  const [wanted, setWanted] = useState<string | null>(null);
  const universe = useChosenUniverse(wanted);
  const [question, setQuestion] = useState<string>(NEW_QUESTION);
  const create = useCreatePipeline();
  const ask = useCreateQuestion();
  const set = (change: Partial<Draft>): void => {
    setDraft((before) => ({ ...before, ...change }));
    if (create.error) create.reset();
  };
  const computed = chosen.data?.computed;
  const alone = draft.source === 'prices';
  const subject = alone
    ? universe.id && { universe: universe.id }
    : computed && { features: computed.run_id };
  const title = name.trim() || t`Automated, ${draft.horizon} bars`;
  const busy = create.isPending || ask.isPending;
  const submit = async (event: FormEvent): Promise<void> => {
    event.preventDefault();
    if (!subject || busy) return;
    const { id } = question === NEW_QUESTION ? await ask.mutateAsync(title) : { id: question };
    // A name that is refused must not ask the question a second time.
    setQuestion(id);
    const made = await create.mutateAsync(
      requestOf(draft, { name: title, ...subject, question: id }),
    );
    void navigate({ to: '/models/pipelines/$pipelineId', params: { pipelineId: made.id } });
  };
  const refused = create.error ?? ask.error;
  const errors = fieldErrors(refused);
  return (
    <Page
      title={t`New pipeline`}
      actions={
        <Button
          tone="primary"
          type="submit"
          form="pipeline"
          icon={<WandSparkles aria-hidden />}
          busy={busy}
          disabled={!subject || busy}
        >
          <Trans>Run</Trans>
        </Button>
      }
    >
      {refused && (
        <Card aria-label={t`The pipeline was refused`} className="shrink-0">
          <p role="alert" className="text-13 text-loss">
            <Reason error={refused} />
          </p>
        </Card>
      )}
      <form
        id="pipeline"
        // The server says what is wrong, and a step is a habit of the keys, not a rule.
        noValidate
        onSubmit={(event) => void submit(event).catch(() => undefined)}
        className="grid gap-3 lg:grid-cols-[minmax(0,1fr)_minmax(0,1fr)]"
      >
        <div className="flex min-w-0 flex-col gap-3">
          <SourceFields draft={draft} set={set} errors={errors} />
          <FeaturesAndQuestion
            subject={
              alone && (
                <UniverseField chosen={universe} onChoose={setWanted} error={errors.universe} />
              )
            }
            set={chosen}
            onSet={(next) =>
              void navigate({ search: (before) => ({ ...before, set: next }), replace: true })
            }
            setHint={t`Its features are the candidates`}
            setError={errors.features}
            question={question}
            onQuestion={setQuestion}
            questionHint={t`Every configuration is a trial of it`}
            newQuestion={t`A new question, named after the pipeline`}
          >
            <Field
              label={t`Name`}
              error={errors.name}
              hint={t`Of the pipeline and of its model`}
              className="sm:col-span-2"
            >
              <Input
                value={name}
                placeholder={title}
                onChange={(event) => setName(event.target.value)}
              />
            </Field>
          </FeaturesAndQuestion>
          <LabelFields draft={draft} set={set} errors={errors} />
        </div>
        <EffortFields draft={draft} set={set} errors={errors} />
      </form>
    </Page>
  );
}
