import { useState } from 'react';
import type { Api } from '../api/api.ts';
import { wordsForCode } from '../api/wording.ts';
import type { FoundMessage } from '../../../client/src/index.ts';
import { useChat } from '../chat/use-chat.ts';
import { isBlank } from '../../../schema/plain-text.ts';
import { MAX_QUERY_CODE_POINTS, searchWordsOf } from '../../../schema/search-words.ts';
import { Dialog } from '../ui/dialog.tsx';
import { MessageSearch } from './message-search.ts';
import { SearchResults } from './search-results.tsx';
import type { BegunSearch, SearchView } from './search-view.ts';

/** Searches messages, in one conversation or in all. */
export default function SearchDialog(props: {
  readonly view: SearchView;
  readonly onSearch: (begun: BegunSearch) => void;
  /** Goes to a message that was found. */
  readonly onJump: (message: FoundMessage) => void;
  readonly onClose: () => void;
}) {
  const { view, onSearch, onJump, onClose } = props;
  const { uuid, begun, openedId } = view;
  const { api } = useChat();
  return (
    <Dialog title={uuid === undefined ? 'Search messages' : 'Search this conversation'} onClose={onClose}>
      <SearchForm
        typed={begun?.typed ?? ''}
        takesFocus={openedId === undefined}
        onSearch={(typed) => onSearch(begin(api, uuid, typed))}
      />
      {begun && (
        <SearchResults
          key={begun.typed}
          {...begun}
          showsConversation={uuid === undefined}
          openedId={openedId}
          onJump={onJump}
        />
      )}
    </Dialog>
  );
}

function begin(api: Api, uuid: string | undefined, typed: string): BegunSearch {
  const search = new MessageSearch((place, signal) =>
    uuid === undefined
      ? api.searchAll(typed, place, signal)
      : api.searchConversation(uuid, typed, place, signal),
  );
  return { typed, words: searchWordsOf(typed), search };
}

function SearchForm(props: {
  readonly typed: string;
  readonly takesFocus: boolean;
  readonly onSearch: (typed: string) => void;
}) {
  const [typed, setTyped] = useState(props.typed);
  const [problem, setProblem] = useState<string>();
  return (
    <>
      <form
        role="search"
        className="search-form"
        onSubmit={(event) => {
          event.preventDefault();
          const code = problemOf(typed);
          setProblem(code && wordsForCode(code));
          if (code === undefined) props.onSearch(typed);
        }}
      >
        <label className="field">
          Words
          <input
            type="search"
            dir="auto"
            autoComplete="off"
            enterKeyHint="search"
            data-autofocus={props.takesFocus}
            placeholder="The beginnings of words are enough"
            aria-describedby="search-problem"
            value={typed}
            onChange={(event) => setTyped(event.target.value)}
          />
        </label>
        <button type="submit" className="button primary">
          Search
        </button>
      </form>
      <p id="search-problem" className="problem" role="alert" hidden={problem === undefined}>
        {problem}
      </p>
    </>
  );
}

/** The code with which the API would refuse what was typed. */
function problemOf(typed: string): string | undefined {
  if (isBlank(typed)) return 'q_blank';
  if (Array.from(typed.trim()).length > MAX_QUERY_CODE_POINTS)
    return `q_exceed_max_chars_${MAX_QUERY_CODE_POINTS}`;
  return searchWordsOf(typed).length === 0 ? 'q_without_words' : undefined;
}
