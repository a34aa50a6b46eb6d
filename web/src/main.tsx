import { startScreens } from './start-screens.tsx';

void startScreens();
