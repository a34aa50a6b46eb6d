/** The page for an unknown address. The API sends it with status 404. */
export function NotFoundScreen() {
  return (
    <main className="failure">
      <title>Page not found · Cruddur</title>
      <h1>Page not found</h1>
      <p>There is no page at this address.</p>
      <a className="button" href="/">
        Go to conversations
      </a>
    </main>
  );
}
