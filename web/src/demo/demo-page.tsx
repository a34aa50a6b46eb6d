import { useEffect, useRef, useState } from 'react';
import { NETWORKS, type Network } from './breakable-fetch.ts';
import { baseOf, type Command, readReport, type Report, type Side, SIDES } from './sides.ts';
import { wordsFor } from './words.ts';

const LABELS: Readonly<Record<Network, string>> = {
  on: 'Connected',
  deaf: 'Loses responses',
  off: 'No network',
};

/** Two users side by side, each in a frame with the real screens, and a switch for the network of each. */
export function DemoPage() {
  return (
    <main className="demo">
      <header className="demo-head">
        <h1 className="brand">
          <img src="/icon.svg" alt="" width="28" height="28" /> Two people, one conversation
        </h1>
        <p className="quiet">
          Write on either side. Then break the network of one, write on both, and connect it again.
        </p>
        <a className="button" href="/">
          Sign in as anyone
        </a>
      </header>
      <div className="demo-sides">
        <DemoSide side="left" />
        <DemoSide side="right" />
      </div>
    </main>
  );
}

function DemoSide({ side }: { readonly side: Side }) {
  const { name, handle, other } = SIDES[side];
  const frame = useRef<HTMLIFrameElement>(null);
  const [report, setReport] = useState<Report>();

  useEffect(() => {
    const stop = new AbortController();
    const listen = ({ origin, source, data }: MessageEvent<unknown>) => {
      const isOwn = origin === window.location.origin && source === frame.current?.contentWindow;
      const received = isOwn ? readReport(data) : undefined;
      if (received?.side === side) setReport(received);
    };
    window.addEventListener('message', listen, { signal: stop.signal });
    return () => stop.abort();
  }, [side]);

  const choose = (network: Network) => {
    const command: Command = { network };
    frame.current?.contentWindow?.postMessage(command, window.location.origin);
  };
  const network = report?.network ?? 'on';
  return (
    <section className="demo-side" aria-labelledby={`name-of-${side}`}>
      <header className="demo-side-head">
        <h2 id={`name-of-${side}`}>{name}</h2>
        <div className="list-tabs" role="group" aria-label={`The network of ${name}`}>
          {NETWORKS.map((one) => (
            <button
              key={one}
              type="button"
              className="list-tab"
              aria-pressed={one === network}
              disabled={!report}
              onClick={() => choose(one)}
            >
              {LABELS[one]}
            </button>
          ))}
        </div>
        <p className="demo-status" role="status" data-network={network}>
          {report ? wordsFor(report) : 'Starting…'}
        </p>
      </header>
      <iframe
        ref={frame}
        className="demo-screens"
        title={`The screens of ${name}`}
        src={`${baseOf(side)}/messages/new/${other}?as=${handle}`}
      />
    </section>
  );
}
