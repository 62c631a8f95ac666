import { Switch as Base } from '@base-ui/react/switch';
import type { ReactNode } from 'react';

type SwitchProps = {
  label: ReactNode;
  checked: boolean;
  onChange: (checked: boolean) => void;
  hint?: ReactNode;
  disabled?: boolean;
};

/** `<Switch label={t`Fill at the same close`} checked={x} onChange={setX} hint={t`Optimistic`} />` */
export function Switch({ label, checked, onChange, hint, disabled }: SwitchProps) {
  return (
    // biome-ignore lint/a11y/noLabelWithoutControl: the switch inside is the control
    <label className="flex min-h-8 items-center gap-2.5 text-13">
      <Base.Root
        checked={checked}
        onCheckedChange={onChange}
        disabled={disabled ?? false}
        className="flex h-5 w-9 shrink-0 items-center rounded-full bg-surface-3 p-0.5 transition-colors data-[checked]:bg-accent"
      >
        <Base.Thumb className="size-4 rounded-full bg-text-2 transition-transform data-[checked]:translate-x-4 data-[checked]:bg-on-accent" />
      </Base.Root>
      <span>
        {label}
        {hint && <span className="block text-11 text-text-3">{hint}</span>}
      </span>
    </label>
  );
}
