import { Dialog } from '@base-ui/react/dialog';
import { useLingui } from '@lingui/react/macro';
import { useNavigate } from '@tanstack/react-router';
import { Search } from 'lucide-react';
import { type KeyboardEvent, useEffect, useId, useMemo, useRef, useState } from 'react';
import { groupCommands, matching } from '@/app/commands';
import { useCommands } from '@/app/useCommands';
import { cx } from '@/lib/classes';

/** Ctrl-K: every page, entity and action, by typing a part of its name. */
export function Palette({ onClose }: { onClose: () => void }) {
  const { t } = useLingui();
  const navigate = useNavigate();
  const id = useId();
  const [text, setText] = useState('');
  const [active, setActive] = useState(0);
  const list = useRef<HTMLDivElement>(null);
  const commands = useCommands();
  const found = useMemo(() => matching(commands, text), [commands, text]);
  const groups = groupCommands(found);

  useEffect(() => {
    list.current?.querySelector('[aria-selected="true"]')?.scrollIntoView({ block: 'nearest' });
  });

  const run = (index: number): void => {
    const command = found[index];
    if (!command) return;
    onClose();
    if (command.run) command.run();
    else if (command.to) void navigate({ to: command.to } as never);
  };

  const onKeyDown = (event: KeyboardEvent): void => {
    const steps: Record<string, number> = { ArrowDown: 1, ArrowUp: -1 };
    const step = steps[event.key];
    if (step !== undefined) {
      event.preventDefault();
      setActive((now) => (now + step + found.length) % Math.max(1, found.length));
    } else if (event.key === 'Enter') {
      event.preventDefault();
      run(active);
    }
  };

  return (
    <Dialog.Root open onOpenChange={(open) => !open && onClose()}>
      <Dialog.Portal>
        <Dialog.Backdrop className="fixed inset-0 z-40 bg-scrim backdrop-blur-xs" />
        <Dialog.Popup
          aria-label={t`Search`}
          className="fixed top-[14vh] left-1/2 z-50 flex max-h-[60vh] w-[min(560px,calc(100vw-24px))] -translate-x-1/2 flex-col overflow-hidden rounded-xl border border-line-strong bg-surface-2 shadow-pop outline-none"
        >
          <div className="flex h-12 shrink-0 items-center gap-3 border-line border-b px-4">
            <Search className="size-4 text-text-3" aria-hidden />
            <input
              role="combobox"
              aria-label={t`Search or run a command`}
              aria-expanded
              aria-controls={id}
              aria-activedescendant={found[active] ? `${id}-${active}` : undefined}
              placeholder={t`Search or run a command…`}
              value={text}
              onChange={(event) => {
                setText(event.target.value);
                setActive(0);
              }}
              onKeyDown={onKeyDown}
              className="h-full min-w-0 flex-1 bg-transparent text-15 outline-none placeholder:text-text-3"
            />
            <kbd className="rounded-sm border border-line-strong px-1.5 text-11 text-text-3">
              Esc
            </kbd>
          </div>
          <div
            ref={list}
            id={id}
            role="listbox"
            aria-label={t`Found`}
            className="min-h-0 overflow-y-auto p-2"
          >
            {groups.map((group) => (
              <div key={group.name} role="group" aria-label={group.name} className="pb-1">
                <div aria-hidden className="px-2 py-1 text-11 text-text-3">
                  {group.name}
                </div>
                {group.items.map(({ command, index }) => (
                  // biome-ignore lint/a11y/useKeyWithClickEvents: Enter in the input runs the active line
                  // biome-ignore lint/a11y/useFocusableInteractive: the input holds the focus
                  <div
                    key={command.key}
                    id={`${id}-${index}`}
                    role="option"
                    aria-selected={index === active}
                    onClick={() => run(index)}
                    onPointerMove={() => setActive(index)}
                    className={cx(
                      'flex min-h-8 cursor-pointer items-center gap-3 rounded-md px-2 text-13 [&_svg]:size-4 [&_svg]:shrink-0 [&_svg]:text-text-3',
                      index === active && 'bg-accent-soft',
                    )}
                  >
                    <command.Icon aria-hidden />
                    <span className="truncate">{command.label}</span>
                    {command.note && (
                      <span className="ml-auto text-11 text-text-3">{command.note}</span>
                    )}
                  </div>
                ))}
              </div>
            ))}
            {found.length === 0 && (
              <p className="px-2 py-4 text-13 text-text-2">{t`Nothing found.`}</p>
            )}
          </div>
        </Dialog.Popup>
      </Dialog.Portal>
    </Dialog.Root>
  );
}
