import { QueryClientProvider } from '@tanstack/react-query';
import { lazy, Suspense, useState } from 'react';
import { Route, Switch, useLocation } from 'wouter';
import type { Chat } from './chat/chat.ts';
import { ChatContext } from './chat/use-chat.ts';
import { ConversationScreen } from './conversation/conversation-screen.tsx';
import { DraftScreen } from './conversation/draft-screen.tsx';
import { InboxPane } from './inbox/inbox-pane.tsx';
import { Announcer } from './ui/announcer.tsx';

// What opens above the screens is not needed to show them.
const NewConversationDialog = lazy(() => import('./people/new-conversation-dialog.tsx'));
const NewGroupDialog = lazy(() => import('./groups/new-group-dialog.tsx'));

/** The list of conversations beside the one that is open; on a narrow window, either of them. */
export function Screens({ chat, onSignOut }: { readonly chat: Chat; readonly onSignOut: () => void }) {
  const [location, navigate] = useLocation();
  const [dialog, setDialog] = useState<'conversation' | 'group'>();
  const close = () => setDialog(undefined);
  const open = (path: string) => {
    close();
    navigate(path);
  };
  return (
    <QueryClientProvider client={chat.queries}>
      <ChatContext value={chat}>
        <a className="skip" href="#stage">
          Skip the list of conversations
        </a>
        <div className="screens" data-open={location !== '/'}>
          <InboxPane
            onNewConversation={() => setDialog('conversation')}
            onNewGroup={() => setDialog('group')}
            onSignOut={onSignOut}
          />
          <main id="stage" className="stage" tabIndex={-1}>
            <Switch>
              <Route path="/messages/new/:handle">
                {({ handle }) => <DraftScreen key={handle} handle={handle} />}
              </Route>
              <Route path="/messages/:uuid">
                {({ uuid }) => <ConversationScreen key={uuid} uuid={uuid} />}
              </Route>
              <Route>
                <p className="placeholder quiet">Choose a conversation, or begin a new one.</p>
              </Route>
            </Switch>
          </main>
        </div>
        <Announcer />
        <Suspense>
          {dialog === 'conversation' && <NewConversationDialog onClose={close} onOpen={open} />}
          {dialog === 'group' && <NewGroupDialog onClose={close} onOpen={open} />}
        </Suspense>
      </ChatContext>
    </QueryClientProvider>
  );
}
