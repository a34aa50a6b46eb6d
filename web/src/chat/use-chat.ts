import { createContext, useContext } from 'react';
import type { Chat } from './chat.ts';

export const ChatContext = createContext<Chat | undefined>(undefined);

/** The chat of the signed-in user. */
export function useChat(): Chat {
  const chat = useContext(ChatContext);
  if (!chat) throw new Error('useChat needs a ChatContext above');
  return chat;
}
