import { Combobox as Base } from '@base-ui/react/combobox';
import { Trans } from '@lingui/react/macro';
import { Check, ChevronsUpDown } from 'lucide-react';
import { INPUT, useField } from '@/components/Field';
import { OPTION, POPUP } from '@/components/Select';
import { cx } from '@/lib/classes';

export type ComboOption = { value: string; label: string; note?: string };

type ComboboxProps = {
  value: string | null;
  options: ComboOption[];
  onChange: (value: string) => void;
  /** For lists that the server filters. Without it the options are filtered here. */
  onSearch?: (text: string) => void;
  label?: string;
  placeholder?: string;
  disabled?: boolean;
  className?: string;
};

/** One of many, found by typing. */
export function Combobox(props: ComboboxProps) {
  const { value, options, onChange, onSearch, label, placeholder, disabled, className } = props;
  const chosen = options.find((option) => option.value === value) ?? null;
  return (
    <Base.Root
      items={options}
      value={chosen}
      onValueChange={(next: ComboOption | null) => next && onChange(next.value)}
      {...(onSearch ? { onInputValueChange: onSearch, filter: null } : {})}
      isItemEqualToValue={(a, b) => a?.value === b?.value}
      disabled={disabled ?? false}
    >
      <div className={cx('relative', className)}>
        <Base.Input
          aria-label={label}
          placeholder={placeholder}
          {...useField()}
          className={cx(INPUT, 'pr-7')}
        />
        <ChevronsUpDown
          className="pointer-events-none absolute top-2.5 right-2 size-3.5 text-text-3"
          aria-hidden
        />
      </div>
      <Base.Portal>
        <Base.Positioner sideOffset={4} className="z-50">
          <Base.Popup className={POPUP}>
            <Base.Empty className="px-2 py-1 text-12 text-text-3 empty:hidden">
              <Trans>Nothing found.</Trans>
            </Base.Empty>
            <Base.List>
              {(option: ComboOption) => (
                <Base.Item key={option.value} value={option} className={OPTION}>
                  <span className="min-w-0 flex-1 truncate">{option.label}</span>
                  {option.note && <span className="text-11 text-text-3">{option.note}</span>}
                  <Base.ItemIndicator>
                    <Check className="size-3.5 text-accent-text" aria-hidden />
                  </Base.ItemIndicator>
                </Base.Item>
              )}
            </Base.List>
          </Base.Popup>
        </Base.Positioner>
      </Base.Portal>
    </Base.Root>
  );
}
