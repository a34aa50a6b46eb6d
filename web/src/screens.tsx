import { QueryClientProvider } from '@tanstack/react-query';
import { type ReactNode, useState } from 'react';
import { ErrorBoundary } from 'react-error-boundary';
import { Route, Switch, useLocation } from 'wouter';
import type { Chat } from './chat/chat.ts';
import { ChatContext } from './chat/use-chat.ts';
import { ConversationScreen } from './conversation/conversation-screen.tsx';
import { DraftScreen } from './conversation/draft-screen.tsx';
import { InboxPane } from './inbox/inbox-pane.tsx';
import { OpenSearch } from './search/open-search.tsx';
import { createSearchHandle, openSearch, SearchContext } from './search/search-view.ts';
import { BLOCKED_ROUTE, CONVERSATION_ROUTE, DRAFT_ROUTE, INBOX_ROUTE, INVITATION_ROUTE } from './routes.ts';
import { Announcer } from './ui/announcer.tsx';
import { Failure } from './ui/failure.tsx';
import { fetchParts, onDemand } from './ui/on-demand.tsx';
import { Empty } from './ui/states.tsx';
import { useReachable } from './ui/use-reachable.ts';

// Dialogs, and screens that are rarely opened, are not needed for the first screen.
const NewConversationDialog = onDemand(() => import('./people/new-conversation-dialog.tsx'));
const PublicGroupsDialog = onDemand(() => import('./groups/public-groups-dialog.tsx'));
const InvitationScreen = onDemand(() => import('./groups/invitation-screen.tsx'));
const BlockedScreen = onDemand(() => import('./people/blocked-screen.tsx'));
const NewGroupDialog = onDemand(() => import('./groups/new-group-dialog.tsx'));

/** The list of conversations next to the open one; on a narrow window, one of the two. */
export function Screens({ chat, onSignOut }: { readonly chat: Chat; readonly onSignOut: () => void }) {
  const [location, navigate] = useLocation();
  const [dialog, setDialog] = useState<'conversation' | 'group' | 'public-groups'>();
  const [search] = useState(createSearchHandle);
  useFetchedParts();
  const close = () => setDialog(undefined);
  const open = (path: string) => {
    close();
    navigate(path);
  };
  return (
    <QueryClientProvider client={chat.queries}>
      <ChatContext value={chat}>
        <SearchContext value={search}>
          <a className="skip" href="#stage">
            Skip to main content
          </a>
          <div className="screens" data-open={location !== INBOX_ROUTE}>
            <Contained chat={chat}>
              <InboxPane
                onNewConversation={() => setDialog('conversation')}
                onNewGroup={() => setDialog('group')}
                onPublicGroups={() => setDialog('public-groups')}
                onSearch={() => openSearch(search)}
                onSignOut={onSignOut}
              />
            </Contained>
            <main id="stage" className="stage" tabIndex={-1}>
              <Contained chat={chat} key={location}>
                <Stage onNewConversation={() => setDialog('conversation')} />
              </Contained>
            </main>
          </div>
          <Contained chat={chat} quiet>
            <Announcer />
          </Contained>
          {dialog === 'conversation' && <NewConversationDialog onClose={close} onOpen={open} />}
          {dialog === 'public-groups' && <PublicGroupsDialog onClose={close} onOpen={open} />}
          {dialog === 'group' && <NewGroupDialog onClose={close} onOpen={open} />}
          <OpenSearch />
        </SearchContext>
      </ChatContext>
    </QueryClientProvider>
  );
}

/** The screen of the address, next to the list. */
function Stage({ onNewConversation }: { readonly onNewConversation: () => void }) {
  const [, navigate] = useLocation();
  const loading = <p className="placeholder quiet appears-late">Loading…</p>;
  const close = () => navigate(INBOX_ROUTE);
  return (
    <Switch>
      <Route path={DRAFT_ROUTE}>{({ handle }) => <DraftScreen key={handle} handle={handle} />}</Route>
      <Route path={CONVERSATION_ROUTE}>{({ uuid }) => <ConversationScreen key={uuid} uuid={uuid} />}</Route>
      <Route path={INVITATION_ROUTE}>
        {({ code }) => <InvitationScreen key={code} code={code} placeholder={loading} onClose={close} />}
      </Route>
      <Route path={BLOCKED_ROUTE}>
        <BlockedScreen placeholder={loading} onClose={close} />
      </Route>
      <Route>
        <Empty title="Your conversations" words="Select a conversation, or start a new one.">
          <button type="button" className="button" onClick={onNewConversation}>
            New message
          </button>
        </Empty>
      </Route>
    </Switch>
  );
}

/** Isolates a failure in one part of the screens from the others. Trying again fetches the part's data again. */
function Contained(props: {
  readonly chat: Chat;
  /** Shows nothing in place of the failed part. */
  readonly quiet?: boolean;
  readonly children: ReactNode;
}) {
  const { queries } = props.chat;
  return (
    <ErrorBoundary
      fallbackRender={({ error, resetErrorBoundary }) =>
        props.quiet === true ? null : <Failure error={error} onRetry={resetErrorBoundary} />
      }
      // The queries of the failed part are inactive, because it is not rendered.
      onReset={() => queries.removeQueries({ type: 'inactive' })}
    >
      {props.children}
    </ErrorBoundary>
  );
}

/**
 * Fetches the code of dialogs and menus once the screens are shown: they then open without a network, and after a deployment
 * has removed their files. What could not be fetched is fetched when the server is back.
 */
function useFetchedParts(): void {
  useReachable(() => {
    // Safari has no such callback.
    if ('requestIdleCallback' in window) window.requestIdleCallback(() => void fetchParts());
    else setTimeout(() => void fetchParts(), 0);
  });
}
