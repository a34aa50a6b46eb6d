import { useState } from 'react';

/** Lines of code, with their indentation, and a button that copies them. */
export function CodeBlock({ text }: { readonly text: string }) {
  const [isCopied, setIsCopied] = useState(false);
  const copy = async (): Promise<void> => {
    await navigator.clipboard.writeText(text);
    setIsCopied(true);
  };
  return (
    <div className="code-block">
      <pre dir="ltr">
        <code>{text}</code>
      </pre>
      {/* Browsers allow only secure pages to write to the clipboard. */}
      {window.isSecureContext && (
        <button type="button" className="link code-copy" onClick={() => void copy()}>
          {isCopied ? 'Copied' : 'Copy code'}
        </button>
      )}
    </div>
  );
}
