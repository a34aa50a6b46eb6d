import { type ReactNode, StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { ErrorBoundary } from 'react-error-boundary';
import { App } from './app.tsx';
import { Sessions } from './session/sessions.ts';
import { fetchSettings } from './session/settings.ts';
import { Failure } from './ui/failure.tsx';
import { showEmojiInColour } from './ui/emoji-font.ts';
import { keepFocus } from './ui/focus-keeper.ts';
import { leaveKeysToInputMethod } from './ui/input-method.ts';
import './ui/theme.css';

/**
 * Shows the screens on the page, or why they cannot start.
 * @param wrap returns what the screens are rendered in.
 */
export async function startScreens(wrap = (screens: ReactNode) => screens): Promise<void> {
  const container = document.getElementById('root');
  if (!container) throw new Error('the page has no root');
  const root = createRoot(container);
  leaveKeysToInputMethod(window);
  keepFocus(document);
  showEmojiInColour(document);

  async function start(): Promise<void> {
    try {
      const settings = await fetchSettings();
      const sessions = new Sessions(settings);
      await sessions.resume();
      root.render(
        <StrictMode>
          <ErrorBoundary
            fallbackRender={({ error, resetErrorBoundary }) => (
              <Failure error={error} onRetry={resetErrorBoundary} />
            )}
          >
            {wrap(<App settings={settings} sessions={sessions} />)}
          </ErrorBoundary>
        </StrictMode>,
      );
    } catch (error) {
      root.render(<Failure error={error} onRetry={() => void start()} />);
    }
  }
  await start();
}
