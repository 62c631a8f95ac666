import { type ComponentProps, createContext, type ReactNode, use, useId } from 'react';
import { cx } from '@/lib/classes';

type FieldContext = {
  id: string;
  label: string | undefined;
  describedBy: string | undefined;
  invalid: boolean;
};
const Context = createContext<FieldContext | null>(null);

/** What an input inside a `Field` needs to be named, described and marked as wrong. */
export function useField(): {
  id?: string;
  'aria-describedby'?: string;
  'aria-invalid'?: true;
} {
  const field = use(Context);
  if (!field) return {};
  return {
    id: field.id,
    ...(field.describedBy ? { 'aria-describedby': field.describedBy } : {}),
    ...(field.invalid ? { 'aria-invalid': true } : {}),
  };
}

/** The words of the label, for an input that the label's element cannot name. */
export function useFieldLabel(): string | undefined {
  return use(Context)?.label;
}

type FieldProps = {
  label: ReactNode;
  hint?: ReactNode;
  error?: ReactNode;
  children: ReactNode;
  className?: string;
};

/** `<Field label={t`Name`} error={errors.name?.message}><Input {...register('name')} /></Field>` */
export function Field({ label, hint, error, children, className }: FieldProps) {
  const id = useId();
  const note = `${id}-note`;
  const described = error || hint ? note : undefined;
  return (
    <Context
      value={{
        id,
        label: typeof label === 'string' ? label : undefined,
        describedBy: described,
        invalid: Boolean(error),
      }}
    >
      <div className={cx('flex min-w-0 flex-col gap-1', className)}>
        <label htmlFor={id} className="text-12 font-medium text-text-2">
          {label}
        </label>
        {children}
        {described && (
          <p id={note} className={cx('text-11', error ? 'text-loss' : 'text-text-3')}>
            {error ?? hint}
          </p>
        )}
      </div>
    </Context>
  );
}

/** The look all one-line inputs share. */
export const INPUT =
  'h-8 w-full min-w-0 rounded-md border border-line-strong bg-bg px-2.5 text-13 text-text placeholder:text-text-3 transition-colors hover:border-text-3 disabled:opacity-50 aria-[invalid=true]:border-loss';

export function Input({ className, ...rest }: ComponentProps<'input'>) {
  return <input autoComplete="off" {...useField()} {...rest} className={cx(INPUT, className)} />;
}

export function TextArea({ className, ...rest }: ComponentProps<'textarea'>) {
  return (
    <textarea
      spellCheck={false}
      {...useField()}
      {...rest}
      className={cx(INPUT, 'h-auto min-h-16 py-1.5', className)}
    />
  );
}
