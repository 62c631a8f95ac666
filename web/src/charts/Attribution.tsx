import { Trans } from '@lingui/react/macro';

/** The notice that the licence of lightweight-charts asks for. */
export function Attribution() {
  return (
    <a
      href="https://www.tradingview.com/"
      target="_blank"
      rel="noreferrer"
      title="TradingView Lightweight Charts™ Copyright © 2025 TradingView, Inc."
      className="inline-flex min-h-6 items-center text-11 text-text-3 hover:text-text-2"
    >
      <Trans>Charts by TradingView</Trans>
    </a>
  );
}
