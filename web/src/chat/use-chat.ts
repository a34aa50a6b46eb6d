import { createContext, useContext } from 'react';
import type { Chat } from './chat.ts';

export const ChatContext = createContext<Chat | undefined>(undefined);

/** What the screens stand on. */
export function useChat(): Chat {
  const chat = useContext(ChatContext);
  if (!chat) throw new Error('there is no chat above this component');
  return chat;
}
