import { Trans, useLingui } from '@lingui/react/macro';
import { useState } from 'react';
import { Button } from '@/components/Button';
import { Dialog } from '@/components/Dialog';
import { Field, Input } from '@/components/Field';
import { NumberField } from '@/components/NumberField';
import { Segmented } from '@/components/Segmented';
import { Reason } from '@/components/States';
import type { FeatureSetDetail } from '@/lib/queries/features';
import { usePostChain } from '@/lib/queries/jobs';
import { frameChain, type LabelKind } from './compute';

type FrameProps = {
  set: FeatureSetDetail;
  run: NonNullable<FeatureSetDetail['computed']>;
  onClose: () => void;
  onPosted: (job: string) => void;
};

/** The values of the newest run beside what is to be predicted, as a file for learners of one's own. */
export function TrainingFrameDialog({ set, run, onClose, onPosted }: FrameProps) {
  const { t } = useLingui();
  const [kind, setKind] = useState<LabelKind>('return');
  const [horizon, setHorizon] = useState<number | null>(run.inputs.horizon);
  const [label, setLabel] = useState('Ref($close, -5) / close - 1');
  const post = usePostChain();
  const ready = kind === 'none' || (kind === 'return' ? horizon !== null : label.trim() !== '');

  const send = (): void => {
    const name = t`Training frame of ${set.name}`;
    post.mutate(frameChain(run.run_id, name, { kind, horizon, label: label.trim() }), {
      onSuccess: ({ keys }) => {
        onPosted(keys.frame ?? '');
        onClose();
      },
    });
  };
  return (
    <Dialog
      open
      onClose={onClose}
      title={t`Training frame of ${set.name}`}
      description={t`One row for each instrument and decision, with the times when it was known.`}
      footer={
        <>
          <Button onClick={onClose}>
            <Trans>Cancel</Trans>
          </Button>
          <Button tone="primary" onClick={send} disabled={!ready} busy={post.isPending}>
            <Trans>Make</Trans>
          </Button>
        </>
      }
    >
      <div className="flex flex-col gap-4">
        <Segmented
          label={t`What is to be predicted`}
          value={kind}
          onChange={setKind}
          options={[
            { value: 'return', label: t`A return` },
            { value: 'expression', label: t`An expression` },
            { value: 'none', label: t`Nothing` },
          ]}
        />
        {kind === 'return' && (
          <Field label={t`Return over`} hint={t`Bars, from the next open.`}>
            <NumberField value={horizon} onChange={setHorizon} min={1} max={500} />
          </Field>
        )}
        {kind === 'expression' && (
          <Field label={t`Label`} hint={t`Only a label may look ahead: a negative lag does.`}>
            <Input
              value={label}
              onChange={(event) => setLabel(event.target.value)}
              className="font-mono"
              spellCheck={false}
            />
          </Field>
        )}
        {post.error && (
          <p role="alert" className="text-12 text-loss">
            <Reason error={post.error} />
          </p>
        )}
      </div>
    </Dialog>
  );
}
