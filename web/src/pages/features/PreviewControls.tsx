import { useLingui } from '@lingui/react/macro';
import { X } from 'lucide-react';
import { Combobox } from '@/components/Combobox';
import { Segmented } from '@/components/Segmented';
import { Select } from '@/components/Select';
import { formatInteger } from '@/lib/format';
import type { Universe } from '@/lib/queries/universes';
import { LINE_COLOURS, type PreviewChoice, SPANS, toggled, USUAL_SPAN } from './previewChoice';

type ControlProps = {
  choice: PreviewChoice;
  onChoice: (change: PreviewChoice) => void;
};

/** Which instruments exist, and how many bars back. */
export function PreviewControls({
  universes,
  universe,
  choice,
  onChoice,
}: ControlProps & { universes: Universe[]; universe: Universe | undefined }) {
  const { t } = useLingui();
  return (
    <>
      <div className="w-48">
        <Select
          label={t`Universe`}
          value={universe?.id ?? null}
          options={universes.map((one) => ({
            value: one.id,
            label: one.name,
            note: formatInteger(one.latest.size),
          }))}
          onChange={(id) => onChoice({ universe: id, on: undefined })}
        />
      </div>
      <Segmented
        label={t`Bars shown`}
        value={String(choice.span ?? USUAL_SPAN)}
        options={SPANS.map((span) => ({
          value: String(span),
          label: span === 5000 ? t`All` : String(span),
        }))}
        onChange={(span) => onChoice({ span: Number(span) })}
      />
    </>
  );
}

/** Whose lines are drawn; a click takes one away. */
export function InstrumentChips({
  shown,
  known,
  onChoice,
}: {
  shown: string[];
  known: string[];
  onChoice: ControlProps['onChoice'];
}) {
  const { t } = useLingui();
  return (
    <div className="flex flex-wrap items-center gap-1.5 px-3">
      {shown.map((one, n) => (
        <button
          key={one}
          type="button"
          aria-label={t`Take ${one} away`}
          onClick={() => onChoice({ on: toggled(shown, one) })}
          className="inline-flex h-6 items-center gap-1.5 rounded-full border border-line px-2 font-mono text-11 text-text-2 hover:border-line-strong hover:text-text"
        >
          <span
            className="size-2 rounded-full"
            style={{ background: `var(${LINE_COLOURS[n % LINE_COLOURS.length]})` }}
          />
          {one}
          {shown.length > 1 && <X className="size-3" aria-hidden />}
        </button>
      ))}
      <Combobox
        key={shown.join()}
        label={t`Show an instrument`}
        placeholder={t`Show another…`}
        value={null}
        options={known
          .filter((one) => !shown.includes(one))
          .map((one) => ({ value: one, label: one }))}
        onChange={(one) => onChoice({ on: toggled(shown, one) })}
        className="w-40 [&_input]:h-6 [&_input]:text-11"
      />
    </div>
  );
}
