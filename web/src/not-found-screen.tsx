import { CloseIcon } from './ui/icons.tsx';
import { Scene } from './ui/states.tsx';

/** The page for an unknown address. The API sends it with status 404. */
export function NotFoundScreen() {
  return (
    <main className="failure">
      <title>Page not found · Cruddur</title>
      <Scene>
        <CloseIcon />
      </Scene>
      <h1 className="placeholder-title">Page not found</h1>
      <p className="quiet">There is no page at this address.</p>
      <a className="button" href="/">
        Go to conversations
      </a>
    </main>
  );
}
