import { loadedLater } from '../ui/loaded-later.ts';
import { filesHeight } from './file-layout.ts';
import type { FilesProps } from './message-files.tsx';

const useFiles = loadedLater(() => import('./message-files.tsx'));

/** The files of a message. Until the code for them is loaded, their space. */
export function Attached(props: FilesProps) {
  const files = useFiles();
  return files ? <files.MessageFiles {...props} /> : <div style={{ height: filesHeight(props.files) }} />;
}
